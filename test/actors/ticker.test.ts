import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readTickers, readTickersPolledAt } from '../../lib/market/tickers.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { lane, venue, withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const share = 0.5
const settings = { SLUICE_TICKER_SHARE: String(share) }
// 95 % of 2,400 weight a minute, 5 for each request, and a little slack.
const evenMs = 60_000 / ((2400 * 0.95 * share * 0.98) / 5)

/** Venue times of the requests whose answers are merged while `forMs` pass, in order. */
async function requestTimes(system: System, forMs: number): Promise<number[]> {
  const reader = system.hub.redis.duplicate({ enableOfflineQueue: true })
  const times: number[] = []
  reader.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
    if (message.toString('latin1', 0, 1) === 't') times.push(message.readDoubleLE(24))
  })
  await reader.subscribe(system.hub.keys.feed(venue))
  await sleep(forMs)
  reader.disconnect()
  return times.filter((time) => time > 0).toSorted((a, b) => a - b)
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] ?? 0))
}

async function untilMembers(system: System, count: number): Promise<void> {
  const agree = async () => {
    const actors = await readLivingActors(system.hub.redis, system.hub.keys)
    const told = actors.filter(({ kind }) => kind === 'ticker').map(({ fields }) => fields['members'])
    return told.length === count && told.every((members) => members === String(count))
  }
  await until(`${count} tickers know of each other`, agree, 10_000)
}

async function no429(system: System): Promise<boolean> {
  const { addresses } = await system.simulator.stats()
  return Object.values(addresses).every(({ http429, http418 }) => http429 + http418 === 0)
}

describe('tickers', function () {
  this.timeout(60_000)
  const open = withSystems()

  it('bring the best bid and ask of every symbol to Redis', async () => {
    const system = await open()
    await system.start('ticker', settings)
    await until(
      'the market is polled',
      async () => (await readTickersPolledAt(system.hub, venue)) !== undefined,
      10_000,
    )
    const tickers = await readTickers(system.hub, venue)
    for (const symbol of await readLane(system.hub, lane)) {
      const ticker = tickers.get(symbol)
      expect(Number(ticker?.ask)).to.be.greaterThan(Number(ticker?.bid))
    }
  })

  it('of five processes ask at even distances, and even again within 3 s when one is killed', async () => {
    const system = await open()
    await Promise.all(Array.from({ length: 5 }, () => system.start('ticker', settings)))
    await untilMembers(system, 5)
    const five = gapsOf(await requestTimes(system, 5_000))
    await system.tickers[2]?.signal('SIGKILL')
    await sleep(3_000)
    const four = gapsOf(await requestTimes(system, 5_000))
    tell(
      `even ${evenMs.toFixed(0)} ms; five ${Math.min(...five)}–${Math.max(...five)}, four ${Math.min(...four)}–${Math.max(...four)}`,
    )
    for (const gaps of [five, four]) {
      expect(gaps.length).to.be.greaterThan(5_000 / evenMs - 3)
      // A machine that is shared with other tests may hold one request up; turns that were not even would all be off.
      const off = gaps.filter((gap) => gap < evenMs * 0.8 || gap > evenMs * 1.2)
      expect(off.length, String(off)).to.be.at.most(gaps.length / 10)
    }
    expect(await no429(system)).to.equal(true)
  })
})
