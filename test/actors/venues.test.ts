import { expect } from 'chai'
import { readBudgets } from '../../lib/egress/budgets.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { readKlines } from '../../lib/market/klines.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { readMarks } from '../../lib/market/marks.ts'
import { readTickers } from '../../lib/market/tickers.ts'
import { pollMarket } from '../support/poll-market.ts'
import { runSluice } from '../support/run-program.ts'
import type { AddressStats } from '../support/simulator.ts'
import { lane, withSystemsInOneRedis } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { requireExact, simulatorTruth } from '../support/truth.ts'
import { tell, until, watch } from '../support/until.ts'
import { nameAt } from '../support/venue-names.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const minuteMs = 60_000
const symbols = 8
const rate = 4
// The part of a limit that is used: Bybit's address lets more requests leave than a test should make, and a span of OKX's
// limits is half a second here, in which a busy machine may be late by a tenth.
const bybit = { venue: 'bybit', share: 0.015, klines: '/v5/market/kline' } as const
const okx = { venue: 'okx', share: 0.1, klines: '/api/v5/market/candles' } as const
const venues = [bybit, okx] as const

describe('the markets of two venues in one Redis, in a process for each kind of actor', function () {
  this.timeout(120_000)
  const opened = withSystemsInOneRedis(
    venues.map(({ venue, share }) => ({
      venue,
      share,
      symbols,
      rate,
      history: true,
      simulatorFlags: ['--venue', venue],
    })),
  )
  // The minute that was open when every symbol had been polled first.
  const closedFrom = new Map<System, number>()
  before(async () => {
    const systems = venues.map((_, at) => opened(at))
    for (const each of systems) {
      const now = each.simulator.now()
      closedFrom.set(each, now - (now % minuteMs))
    }
    // Where quotes and marks take nothing of the candles' limit, one look brings them; in the soak actors do.
    const withActors = soak ? systems : [opened(0)]
    await Promise.all(withActors.flatMap((each) => [each.start('ticker'), each.start('mark')]))
    if (soak) return
    const { hub, simulator } = opened(1)
    const stop = await pollMarket(hub, okx.venue, simulator)
    await stop()
  })

  const laneOf = async ({ hub, of }: System): Promise<LaneStatus | undefined> =>
    (await readLaneStatus(hub, of.venue)).find((each) => each.lane === '1m:all')
  const statsOf = async ({ simulator }: System): Promise<AddressStats> => {
    const { addresses } = await simulator.stats()
    const ofActors = Object.values(addresses).filter(({ byPath }) =>
      venues.some(({ klines }) => byPath[klines] !== undefined),
    )
    const [stats, ...others] = ofActors
    if (stats === undefined || others.length > 0) throw new Error('there is not one address')
    return stats
  }

  for (const [at, { venue }] of venues.entries()) {
    it(`has of ${venue} every perpetual, its best bid and ask, and its mark`, async () => {
      const { hub, simulator } = opened(at)
      const listed = (await simulator.market()).symbols.filter(({ plain }) => plain)
      const expected = listed.map(({ symbol }) => nameAt(venue, symbol)).toSorted()
      expect(expected).to.have.length(symbols)
      expect((await readLane(hub, { ...lane, venue })).toSorted()).to.deep.equal(expected)
      expect([...(await readInstruments(hub, venue)).keys()]).to.include.members(expected)
      const all = async () => {
        const [tickers, marks] = await Promise.all([readTickers(hub, venue), readMarks(hub, venue)])
        return expected.every((each) => tickers.has(each) && marks.has(each))
      }
      await until('tickers and marks of all symbols', all, 15_000)
    })
  }

  it('have laps near their bounds, and no request is refused', async () => {
    const systems = venues.map((_, at) => opened(at))
    const before = await Promise.all(systems.map(statsOf))
    const startedAt = Date.now()
    await watch(3_000, async () => {
      for (const each of systems) each.requireAlive()
    })
    const after = await Promise.all(systems.map(statsOf))
    const elapsedMs = Date.now() - startedAt
    for (const [at, { venue, klines }] of venues.entries()) {
      const polls = (after[at]?.byPath[klines] ?? 0) - (before[at]?.byPath[klines] ?? 0)
      const { boundMs = NaN, lapMs = NaN } = (await laneOf(opened(at))) ?? {}
      const measuredMs = (elapsedMs * symbols) / polls
      tell(
        `${venue}: a lap in ${measuredMs.toFixed(0)} ms, told ${lapMs}, bound ${boundMs}; ${((polls * 1000) / elapsedMs).toFixed(1)} polls/s`,
      )
      expect(after[at]?.limitRefusals).to.equal(0)
      // What the venue allows, less what the tickers and marks take of the same limit.
      const leastMs = Math.floor(opened(at).lapMs)
      expect(boundMs).to.be.within(leastMs, leastMs * 1.4)
      // Others compute, too: how near to it is measured by the bench of venues.
      expect(measuredMs, venue).to.be.at.most(boundMs * 1.5)
    }
  })

  for (const [at, { venue }] of venues.entries()) {
    it(`have of ${venue} the candles that it has, to the letter, those that closed meanwhile too`, async () => {
      const system = opened(at)
      const { hub, simulator } = system
      const last = closedFrom.get(system) ?? NaN
      await until('another minute is over', async () => simulator.now() > last + minuteMs + 5_000, 60_000)
      const names = await readLane(hub, { ...lane, venue })
      const isOver = async () => {
        const ends = await Promise.all(
          names.map((each) => readKlines(hub, { venue, interval: '1m' }, each, 5)),
        )
        return ends.every((klines) => klines.some((each) => each.openTime === last && each.class === 2))
      }
      await until('every candle of it is final', isOver, 10_000)
      const truth = simulatorTruth(system, last - 110 * minuteMs)
      expect(await requireExact(system, truth, { ...lane, venue })).to.be.above(50 * symbols)
      expect((await statsOf(system)).limitRefusals).to.equal(0)
    })

    // The commands read no venue, so that one tells of them all.
    if (!soak && venue !== okx.venue) continue
    it(`are told of ${venue} by the commands`, async () => {
      const { hub, environment } = opened(at)
      const [name = ''] = await readLane(hub, { ...lane, venue })
      const [status, shown] = await Promise.all([
        runSluice(['status', '--json'], environment),
        runSluice(['klines', name, '--limit', '3'], environment),
      ])
      expect([status.code, shown.code]).to.deep.equal([0, 0])
      expect(status.stdout).to.contain(venue)
      expect(shown.stdout).to.contain(name)
    })
  }

  it('do not touch each other when one of them bans the address', async () => {
    const [banned, open] = [opened(0), opened(1)]
    await banned.simulator.faults({ kind: 'ban', ms: 600_000 })
    const isClosed = async () => {
      const budgets = await readBudgets(banned.hub, banned.of.venue)
      return budgets.some(({ cooldownMs, closedBy }) => cooldownMs > 60_000 && closedBy === 403)
    }
    await until('everybody knows of the ban', isClosed, 5_000)
    // What was under way when the first answer came.
    const refusedAtOnce = (await statsOf(banned)).http403
    const before = await statsOf(open)
    const startedAt = Date.now()
    await watch(3_000, async () => {
      for (const each of [open, banned]) each.requireAlive()
      expect((await laneOf(open))?.freshness).to.equal('fresh')
    })
    const after = await statsOf(open)
    const polls = (after.byPath[okx.klines] ?? 0) - (before.byPath[okx.klines] ?? 0)
    const perSecond = (polls * 1000) / (Date.now() - startedAt)
    tell(`${perSecond.toFixed(1)} polls/s of the one, ${refusedAtOnce} refused by the other`)
    expect((await statsOf(banned)).http403 - refusedAtOnce).to.be.at.most(8)
    expect(after.limitRefusals).to.equal(0)
    expect(perSecond).to.be.above(((symbols * 1000) / open.lapMs) * 0.8)
    expect((await readBudgets(open.hub, open.of.venue)).every(({ cooldownMs }) => cooldownMs === 0)).to.equal(
      true,
    )
  })
})
