import { expect } from 'chai'
import fc from 'fast-check'
import { toLaneBounds } from '../../../lib/market/lane-bounds.ts'
import {
  leastHotLapMs,
  longShare,
  mostLongShare,
  planTurns,
  roundSpan,
  slowLapMs,
  startPlan,
  toLongShare,
} from '../../../lib/market/lane-plan.ts'
import type { LanePlan, PlannedLane } from '../../../lib/market/lane-plan.ts'
import { intervalsMs } from '../../../lib/model/timeframe.ts'
import type { Interval } from '../../../lib/model/timeframe.ts'

const minuteMs = 60_000
const quarterMs = 15 * minuteMs
const soak = process.env['SOAK_RUNS'] !== undefined

const continuous: PlannedLane = { kind: 'continuous', interval: '1m' }
const hot: PlannedLane = { kind: 'hot', interval: '1m' }
const long = (interval: Interval): PlannedLane => ({ kind: 'long', interval })

interface Turn {
  readonly at: number
  readonly lane: number
}

/** What so many turns a second give from `from` on for `forMs`. */
function run(
  lanes: readonly PlannedLane[],
  of: {
    lengths: number[]
    hotShare?: number
    perSecond: number
    from: number
    forMs: number
    plan?: LanePlan
  },
): { turns: Turn[]; plan: LanePlan } {
  const { lengths, hotShare = 0, perSecond } = of
  const turns: Turn[] = []
  let plan = of.plan ?? startPlan(lanes)
  const share = toLongShare(lanes, { lengths, perSecond, rate: 1 })
  const stepMs = 1000 / perSecond
  for (let now = of.from; now < of.from + of.forMs; now += stepMs) {
    const planned = planTurns(plan, lanes, { lengths, hotShare, longShare: share, now, room: 1 })
    plan = planned.plan
    for (const lane of planned.turns) turns.push({ at: now, lane })
  }
  return { turns, plan }
}

const countOf = (turns: readonly Turn[], lane: number) => turns.filter((turn) => turn.lane === lane).length

/** What the laps of a lane of so many symbols took, in ms, from the shortest to the longest. */
function lapsOf(turns: readonly Turn[], lane: number, symbols: number): number[] {
  const own = turns.filter((turn) => turn.lane === lane)
  return own
    .slice(symbols)
    .map(({ at }, i) => at - (own[i]?.at ?? 0))
    .toSorted((a, b) => a - b)
}

describe('the plan of lanes', () => {
  it('gives one lane every turn', () => {
    const { turns } = planTurns(startPlan([continuous]), [continuous], {
      lengths: [5],
      hotShare: 0,
      longShare,
      now: 0,
      room: 3,
    })
    expect(turns).to.deep.equal([0, 0, 0])
  })

  it('gives no lane more turns at a time than it has symbols', () => {
    const lanes = [continuous, long('1h')]
    const of = { lengths: [4, 1], hotShare: 0, longShare, now: 0, room: 50 }
    const { turns } = planTurns(startPlan(lanes), lanes, of)
    expect(turns.filter((lane) => lane === 0)).to.have.length(4)
    expect(turns.filter((lane) => lane === 1)).to.have.length(1)
  })

  it('owes each long lane one round at the start, the same whoever plans it, and gives it a third of the turns', () => {
    const lanes = [continuous, long('15m'), long('1h')]
    const of = { lengths: [20, 20, 20], perSecond: 38, from: 1_001 * quarterMs + 5 * minuteMs, forMs: 20_000 }
    const { turns } = run(lanes, of)
    expect(turns).to.deep.equal(run(lanes, of).turns)
    const first = turns.filter(({ lane }) => lane > 0).slice(0, 40)
    expect(first.map(({ lane }) => lane)).to.deep.equal([
      ...Array.from({ length: 20 }, () => 1),
      ...Array.from({ length: 20 }, () => 2),
    ])
    expect((first.at(-1)?.at ?? Infinity) - of.from).to.be.closeTo((40 / (38 * mostLongShare)) * 1000, 200)
  })

  it("asks every symbol of a long lane once after each close, spread over the long lanes' share", () => {
    const lanes = [continuous, long('15m')]
    const from = 1_000 * quarterMs - 30 * minuteMs
    const of = { lengths: [200, 200], perSecond: 38 }
    const before = run(lanes, { ...of, from, forMs: 30 * minuteMs })
    const { turns } = run(lanes, {
      ...of,
      from: from + 30 * minuteMs,
      forMs: 2 * minuteMs,
      plan: before.plan,
    })
    const round = turns.filter(({ lane }) => lane === 1).slice(0, 200)
    const lastMs = (round.at(-1)?.at ?? Infinity) - 1_000 * quarterMs
    expect(lastMs).to.be.closeTo((200 / (38 * longShare)) * 1000, 500)
  })

  it('ends the round of the shortest interval first where several close at once', () => {
    const lanes = [continuous, long('1h'), long('15m'), long('5m')]
    const hour = 1_000 * 4 * quarterMs
    const of = { lengths: [50, 20, 20, 20], perSecond: 38 }
    const { plan } = run(lanes, { ...of, from: hour - quarterMs, forMs: quarterMs })
    const { turns } = run(lanes, { ...of, from: hour, forMs: minuteMs, plan })
    const order = turns.filter(({ lane }) => lane > 0).slice(0, 60)
    expect(order.map(({ lane }) => lane)).to.deep.equal(
      [3, 2, 1].flatMap((lane) => Array.from({ length: 20 }, () => lane)),
    )
  })

  it('does not ask again for what was asked for after a close that came during a round', () => {
    const lanes = [continuous, long('1h')]
    const close = 1_000 * 4 * quarterMs
    const of = { lengths: [100, 100], perSecond: 5 }
    // The first round takes 60 s, and a close comes 20 s before its end: 67 are left, which take 167 s.
    const { turns } = run(lanes, { ...of, from: close - 40_000, forMs: 40_000 + 187_000 })
    expect(countOf(turns, 1)).to.be.within(165, 168)
    // From then on the slow lap goes on, at one in 9 s, and no round.
    const longer = run(lanes, { ...of, from: close - 40_000, forMs: 40_000 + 250_000 }).turns
    expect(countOf(longer, 1) - countOf(turns, 1)).to.be.within(6, 9)
  })

  it('takes less than a tenth of any lap from 1m with 200 symbols when 15m and 1h are added', () => {
    const lanes = [continuous, long('15m'), long('1h')]
    const from = 1_000 * 4 * quarterMs
    const of = { lengths: [200, 200, 200], perSecond: 38 }
    const { plan } = run(lanes, { ...of, from: from - quarterMs, forMs: quarterMs })
    const laps = lapsOf(run(lanes, { ...of, from, forMs: quarterMs, plan }).turns, 0, 200)
    const aloneMs = (200 / 38) * 1000
    expect((laps.at(-1) ?? Infinity) / aloneMs).to.be.lessThan(1.1)
  })

  it('keeps every lap of 1m within a tenth of its bound over an hour, whatever closes in it', () => {
    const sets: Interval[][] = [
      ['5m', '15m', '1h'],
      ...(soak ? [['15m', '1h'] as Interval[]] : []),
      ['3m', '5m', '15m', '30m', '1h', '4h', '1d'],
    ]
    for (const intervals of sets) {
      // The most of the most lanes, and what is usual, say enough of each change.
      for (const symbols of soak ? [50, 200, 500] : intervals.length > 3 ? [500] : [200]) {
        const lanes = [continuous, ...intervals.map(long)]
        const of = { lengths: lanes.map(() => symbols), perSecond: 30.4 }
        const midnight = 20_000 * 86_400_000
        const { plan } = run(lanes, { ...of, from: midnight - 30 * minuteMs, forMs: 20 * minuteMs })
        const { turns } = run(lanes, {
          ...of,
          from: midnight - 10 * minuteMs,
          forMs: 60 * minuteMs,
          plan,
        })
        const [boundMs = NaN] = toLaneBounds(lanes, { ...of, hotShare: 0, rate: 1 })
        const longest = lapsOf(turns, 0, symbols).at(-1) ?? Infinity
        expect(longest / boundMs, `${symbols} of ${intervals.join()}`).to.be.lessThan(1.1)
      }
    }
  })

  it('takes more turns where so many candles close that less would bring them too late, but a third at most', () => {
    const lanes = [continuous, long('3m'), long('5m')]
    const shareOf = (symbols: number) =>
      toLongShare(lanes, { lengths: [symbols, symbols, symbols], perSecond: 30, rate: 1 })
    expect(shareOf(20)).to.equal(longShare)
    expect(shareOf(200)).to.be.closeTo((200 / 90 + 200 / 150) / 30, 0.001)
    expect(shareOf(2_000)).to.equal(mostLongShare)
    expect(toLongShare(lanes, { lengths: [9, 9, 9], perSecond: 0, rate: 1 })).to.equal(longShare)
  })

  it('gives the hot lane its share, and not more than its least lap wants', () => {
    const lanes = [continuous, hot]
    const many = run(lanes, {
      lengths: [200, 40],
      hotShare: 0.3,
      perSecond: 40,
      from: 0,
      forMs: 60_000,
    }).turns
    expect(countOf(many, 1) / many.length).to.be.closeTo(0.3, 0.002)
    const few = run(lanes, { lengths: [200, 2], hotShare: 0.3, perSecond: 40, from: 0, forMs: 60_000 }).turns
    expect(countOf(few, 1)).to.be.closeTo((2 * 60_000) / leastHotLapMs, 3)
  })

  it('finishes every round when the clock is put right at its close, and owes none twice', () => {
    const lanes = [continuous, long('15m')]
    const close = 1_000 * quarterMs
    const lengths = [10, 10]
    let { plan } = run(lanes, { lengths, perSecond: 10, from: close - quarterMs, forMs: quarterMs })
    const taken: number[] = []
    for (const now of [close, close - 5, close, close + 1]) {
      const planned = planTurns(plan, lanes, { lengths, hotShare: 0, longShare, now, room: 20 })
      plan = planned.plan
      taken.push(...planned.turns)
    }
    const after = run(lanes, { lengths, perSecond: 10, from: close + 2, forMs: 10_000, plan })
    expect(taken.filter((lane) => lane === 1).length + countOf(after.turns, 1)).to.equal(10)
  })

  it('holds shares within a turn or two, ends due rounds in time and starves no lane', () => {
    const lane = fc.constantFrom<Interval>('3m', '5m', '15m', '30m', '1h', '4h', '1d')
    const setup = fc.record({
      intervals: fc.uniqueArray(lane, { minLength: 1, maxLength: 6 }),
      symbols: fc.integer({ min: 3, max: 60 }),
      hotSymbols: fc.integer({ min: 0, max: 60 }),
      hotShare: fc.constantFrom(0, 0.1, 0.3, 0.5),
      perSecond: fc.integer({ min: 4, max: 40 }),
      from: fc.integer({ min: 0, max: 2 * 86_400_000 }),
    })
    fc.assert(
      fc.property(setup, ({ intervals, symbols, hotSymbols, hotShare, perSecond, from }) => {
        const longs = intervals.toSorted((a, b) => intervalsMs[a] - intervalsMs[b]).map(long)
        const lanes = [continuous, ...longs, hot]
        const lengths = [symbols, ...longs.map(() => symbols), hotSymbols]
        const forMs = 15 * minuteMs
        const { turns } = run(lanes, { lengths, hotShare, perSecond, from, forMs })
        const share = toLongShare(lanes, { lengths, perSecond, rate: 1 })
        const isLong = (turn: Turn) => turn.lane > 0 && turn.lane < lanes.length - 1
        const ownOf = (i: number) => turns.filter((turn) => turn.lane === i + 1)

        // What a new leader owes is over after that many turns at their share.
        const firstMs = ((longs.length * symbols + 3) / mostLongShare / perSecond) * 1000
        for (const i of longs.keys()) {
          if (firstMs < forMs)
            expect((ownOf(i)[symbols - 1]?.at ?? Infinity) - from).to.be.at.most(firstMs + 1000)
        }

        // Of any stretch of turns no class has more than its share, and the continuous lane has the rest.
        const stretch = Math.min(300, turns.length)
        for (let i = 0; i + stretch <= turns.length; i += 37) {
          const part = turns.slice(i, i + stretch)
          const most = (part[0]?.at ?? 0) > from + firstMs ? share : mostLongShare
          expect(countOf(part, lanes.length - 1)).to.be.at.most(hotShare * stretch + 2)
          expect(part.filter(isLong).length).to.be.at.most(most * stretch + 3)
          expect(countOf(part, 0)).to.be.at.least((1 - hotShare - most) * stretch - 6)
        }

        // After each close every symbol was asked within the part of the interval that a round may take.
        for (const [i, { interval }] of longs.entries()) {
          const own = ownOf(i)
          const stepMs = intervalsMs[interval]
          for (let close = Math.ceil(from / stepMs) * stepMs; share < mostLongShare; close += stepMs) {
            const overAt = close + stepMs * roundSpan + firstMs + 2_000
            if (overAt > from + forMs) break
            const asked = own.filter(({ at }) => at >= close && at <= overAt).length
            expect(asked, `${interval} at ${close}`).to.be.at.least(symbols)
          }
        }
        // However little leaves, nobody is left out for ever.
        if (perSecond * 600 * share > 2 * longs.length * symbols) {
          for (const i of longs.keys()) expect(countOf(turns, i + 1)).to.be.at.least(symbols)
        }
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 8) },
    )
  })

  it('laps slowly between rounds: thrice an interval, and at least each quarter of an hour', () => {
    expect(slowLapMs('15m')).to.equal(5 * minuteMs)
    expect(slowLapMs('1d')).to.equal(quarterMs)
  })
})
