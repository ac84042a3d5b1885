import { expect } from 'chai'
import { readLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { decodeKline, settledAfterMs } from '../../lib/model/kline.ts'
import { intervalsMs, openTimeAt } from '../../lib/model/timeframe.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { requireExact, simulatorTruth } from '../support/truth.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const rate = 30
const watched: Interval[] = soak ? ['1m', '3m', '5m'] : ['1m', '3m']
const followed: Interval[] = [...watched, '1h', '1d']
// So long that each interval closes at least once.
const watchedMs = soak ? 11_000 : 6_500
// Real ms, for a machine that is shared.
const finalWithinMs = 30_000

const laneOf = (interval: Interval): Lane => ({ venue, interval, name: 'all' })

/** How many symbols have the candle that closed at `closeTime` as a final one. */
async function countFinals(system: System, interval: Interval, closeTime: number): Promise<number> {
  const openTime = String(closeTime - intervalsMs[interval])
  const { redis, keys } = system.hub
  const symbols = await readLane(system.hub, laneOf(interval))
  const rows = await Promise.all(
    symbols.map((symbol) =>
      redis.zrange(keys.klines(venue, interval, symbol), openTime, openTime, 'BYSCORE'),
    ),
  )
  return rows.flat().filter((row) => decodeKline(row).class === 2).length
}

/** Real ms from the moment a candle may be final until it is in Redis for all symbols, for each close. */
async function timeCloses(system: System, interval: Interval, stopAt: number): Promise<number[]> {
  const { simulator } = system
  const tookMs: number[] = []
  let closeTime = openTimeAt(simulator.now(), interval) + intervalsMs[interval]
  for (;;) {
    const dueInMs = (closeTime + settledAfterMs - simulator.now()) / rate
    if (Date.now() + dueInMs > stopAt) return tookMs
    const due = async () => simulator.now() >= closeTime + settledAfterMs
    await until(`a candle of ${interval} may be final`, due, dueInMs + 10_000)
    let finals = 0
    const complete = async () => {
      system.requireAlive()
      finals = await countFinals(system, interval, closeTime)
      return finals === system.symbols
    }
    const what = `every candle of ${interval} that closed at ${closeTime} is final`
    await until(what, complete, finalWithinMs, () => `${finals} of ${system.symbols}`)
    tookMs.push((simulator.now() - closeTime - settledAfterMs) / rate)
    closeTime += intervalsMs[interval]
  }
}

describe('many intervals', () => {
  const opened = withSystem({ rate, share: 0.0125, history: true, symbols: 3, cursors: 0 })
  const startCursor = () => opened().start('symbol-cursor', { SLUICE_INTERVALS: followed.join(',') })
  // By the venue's clock.
  let began: number

  before(async function () {
    this.timeout(60_000)
    began = opened().simulator.now()
    await startCursor()
  })

  it('have every final candle in Redis soon after its close, as the venue has it, within the budget', async function () {
    this.timeout(100_000)
    const system = opened()
    await system.untilPolled(Date.now(), 20_000)
    const stopAt = Date.now() + watchedMs
    const tookMs = await Promise.all(watched.map((interval) => timeCloses(system, interval, stopAt)))
    for (const [i, interval] of watched.entries()) {
      const each = tookMs[i] ?? []
      tell(`${interval}: final after ${each.map((ms) => ms.toFixed(0)).join(', ')} ms`)
      expect(each.length, interval).to.be.at.least(Math.floor((watchedMs * rate) / intervalsMs[interval]))
    }
    for (const interval of watched) {
      // The first poll was no sooner.
      const from = began - 100 * intervalsMs[interval]
      const compared = await requireExact(system, simulatorTruth(system, from, interval), laneOf(interval))
      expect(compared).to.be.at.least(system.symbols * 90)
    }
    const { addresses } = await system.simulator.stats()
    expect(Object.values(addresses).map(({ http429, http418 }) => http429 + http418)).to.deep.equal([0])
  })

  it(`are all asked once around by a new leader, long ones too${soak ? ', also when polls fail' : ''}`, async function () {
    this.timeout(60_000)
    const system = opened()
    await startCursor()
    const polledSince = async (interval: Interval, since: number) => {
      const polls = await system.hub.redis.hgetall(system.hub.keys.polls(venue, interval))
      const symbols = await readLane(system.hub, laneOf(interval))
      return (
        symbols.length === system.symbols && symbols.every((symbol) => Number(polls[symbol] ?? 0) > since)
      )
    }
    const allPolled = (since: number, withinMs: number) => {
      const look = async () => {
        system.requireAlive()
        return (await polledSince('1h', since)) && (await polledSince('1d', since))
      }
      return until('every symbol is polled in 1h and in 1d', look, withinMs)
    }
    await allPolled(began, 20_000)
    // Their slow lap takes 30 s at this rate, so that only a round brings them back so soon.
    const leader = await system.leader()
    await leader.signal('SIGKILL')
    tell(
      `long lanes polled ${await allPolled(system.simulator.now(), 20_000)} ms after the leader was killed`,
    )

    if (!soak) return
    // A second apart, a poll is made again until it succeeds.
    await system.simulator.faults({ kind: 'status', status: 503, path: 'klines', probability: 0.15 })
    await startCursor()
    const next = await system.leader()
    await next.signal('SIGKILL')
    const tookMs = await allPolled(system.simulator.now(), 20_000)
    tell(`${tookMs} ms when one of seven polls fails`)
  })
})
