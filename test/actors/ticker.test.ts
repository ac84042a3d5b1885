import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { readTickers, readTickersPolledAt } from '../../lib/market/tickers.ts'
import { lane, venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const share = 0.25
const settings = { SLUICE_TICKER_SHARE: String(share) }
// 95 % of 2,400 weight a minute, 5 for each request, and a little slack.
const evenMs = 60_000 / ((2400 * 0.95 * share * 0.98) / 5)
const judgedRequests = 11
// For the others to move after one was killed. Market ms are real ms here.
const evenAgainMs = 3_000

/** Hears of every request whose answer is merged, by the venue time at which it left. */
async function hearRequests(system: System): Promise<{ since(venueTime: number): number[]; stop(): void }> {
  const reader = system.hub.redis.duplicate({ enableOfflineQueue: true })
  const times: number[] = []
  reader.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
    if (message.toString('latin1', 0, 1) === 't') times.push(message.readDoubleLE(24))
  })
  await reader.subscribe(system.hub.keys.feed(venue))
  return {
    since: (venueTime) => times.filter((time) => time > venueTime).toSorted((a, b) => a - b),
    stop: () => reader.disconnect(),
  }
}

async function untilMembers(system: System, count: number): Promise<void> {
  const agree = async () => {
    const actors = await readLivingActors(system.hub.redis, system.hub.keys)
    const told = actors.filter(({ kind }) => kind === 'ticker').map(({ fields }) => fields['members'])
    return told.length === count && told.every((members) => members === String(count))
  }
  await until(`${count} tickers know of each other`, agree, 20_000)
}

async function no429(system: System): Promise<boolean> {
  const { addresses } = await system.simulator.stats()
  return Object.values(addresses).every(({ http429, http418 }) => http429 + http418 === 0)
}

describe('tickers', function () {
  this.timeout(60_000)
  const opened = withSystem({ klines: 0, listed: true })

  it('bring the best bid and ask of every symbol to Redis', async () => {
    const system = opened()
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

  it('of three processes ask at even distances, and even again within 3 s when one is killed', async () => {
    const system = opened()
    const missing = Array.from({ length: 3 - system.tickers.length })
    await Promise.all(missing.map(() => system.start('ticker', settings)))
    await untilMembers(system, 3)
    const requests = await hearRequests(system)
    const gapsSince = async (time: number) => {
      const enough = async () => requests.since(time).length >= judgedRequests
      await until(`${judgedRequests} requests`, enough, 3 * judgedRequests * evenMs)
      const times = requests.since(time).slice(0, judgedRequests)
      return times.slice(1).map((each, i) => each - (times[i] ?? 0))
    }
    const three = await gapsSince(system.simulator.now())
    await system.tickers[1]?.signal('SIGKILL')
    const two = await gapsSince(system.simulator.now() + evenAgainMs)
    requests.stop()
    tell(
      `even ${evenMs.toFixed(0)} ms; three ${Math.min(...three)}–${Math.max(...three)}, two ${Math.min(...two)}–${Math.max(...two)}`,
    )
    for (const gaps of [three, two]) {
      // A machine that is shared may hold one request up, which spoils two gaps, or make it miss its turn, which doubles
      // one. A turn that nobody takes, or that two take, would double two of ten.
      const off = gaps.map((gap) => Math.abs(gap / evenMs - 1))
      expect(off.filter((part) => part > 0.2).length, String(gaps)).to.be.at.most(2)
      expect(off.filter((part) => part > 0.6).length, String(gaps)).to.be.at.most(1)
    }
    expect(await no429(system)).to.equal(true)
  })
})
