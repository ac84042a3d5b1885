import { expect } from 'chai'
import fc from 'fast-check'
import {
  leastHotLapMs,
  planTurns,
  roundShare,
  slowLapMs,
  slowShare,
  startPlan,
} from '../../../lib/market/lane-plan.ts'
import type { LanePlan, PlannedLane } from '../../../lib/market/lane-plan.ts'
import { intervalsMs } from '../../../lib/model/timeframe.ts'
import type { Interval } from '../../../lib/model/timeframe.ts'

const minuteMs = 60_000
const quarterMs = 15 * minuteMs

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
  const stepMs = 1000 / perSecond
  for (let now = of.from; now < of.from + of.forMs; now += stepMs) {
    const planned = planTurns(plan, lanes, { lengths, hotShare, now, room: 1 })
    plan = planned.plan
    for (const lane of planned.turns) turns.push({ at: now, lane })
  }
  return { turns, plan }
}

const countOf = (turns: readonly Turn[], lane: number) => turns.filter((turn) => turn.lane === lane).length

describe('the plan of lanes', () => {
  it('gives one lane every turn', () => {
    const { turns } = planTurns(startPlan([continuous]), [continuous], {
      lengths: [5],
      hotShare: 0,
      now: 0,
      room: 3,
    })
    expect(turns).to.deep.equal([0, 0, 0])
  })

  it('gives no lane more turns at a time than it has symbols', () => {
    const lanes = [continuous, long('1h')]
    const { turns } = planTurns(startPlan(lanes), lanes, { lengths: [4, 1], hotShare: 0, now: 0, room: 50 })
    expect(turns.filter((lane) => lane === 0)).to.have.length(4)
    expect(turns.filter((lane) => lane === 1)).to.have.length(1)
  })

  it('owes each long lane one round at the start, the same whoever plans it', () => {
    const lanes = [continuous, long('15m'), long('1h')]
    const of = { lengths: [20, 20, 20], perSecond: 38, from: 1_001 * quarterMs + 5 * minuteMs, forMs: 20_000 }
    const { turns } = run(lanes, of)
    expect(turns).to.deep.equal(run(lanes, of).turns)
    const first = turns
      .filter(({ lane }) => lane > 0)
      .slice(0, 40)
      .map(({ lane }) => lane)
    // The hour closed before the quarter of an hour did.
    expect(first).to.deep.equal([
      ...Array.from({ length: 20 }, () => 2),
      ...Array.from({ length: 20 }, () => 1),
    ])
  })

  it('asks every symbol of a long lane once right after each close, with a third of the turns', () => {
    const lanes = [continuous, long('15m')]
    const from = 1_000 * quarterMs - 30 * minuteMs
    const before = run(lanes, { lengths: [200, 200], perSecond: 38, from, forMs: 30 * minuteMs })
    const { turns } = run(lanes, {
      lengths: [200, 200],
      perSecond: 38,
      from: from + 30 * minuteMs,
      forMs: minuteMs,
      plan: before.plan,
    })
    const round = turns.filter(({ lane }) => lane === 1).slice(0, 200)
    const lastMs = (round.at(-1)?.at ?? Infinity) - 1_000 * quarterMs
    expect(lastMs).to.be.lessThan((200 / (38 * roundShare)) * 1000 + 500)
    expect(lastMs).to.be.greaterThan((200 / (38 * roundShare)) * 1000 - 500)
  })

  it('does not ask again for what was asked for after a close that came during a round', () => {
    const lanes = [continuous, long('3m')]
    const close = 1_000 * 3 * minuteMs
    // A round of 100 takes 60 s at 5 turns a second, and the next close comes 20 s before its end.
    const { turns } = run(lanes, { lengths: [100, 100], perSecond: 5, from: close - 40_000, forMs: 200_000 })
    const rounds = turns.filter(({ lane, at }) => lane === 1 && at < close + 61_000)
    expect(rounds.length).to.be.within(160, 170)
  })

  it('takes less than a tenth of its laps from 1m with 200 symbols when 15m and 1h are added', () => {
    const lanes = [continuous, long('15m'), long('1h')]
    const from = 1_000 * 4 * quarterMs
    const before = run(lanes, {
      lengths: [200, 200, 200],
      perSecond: 38,
      from: from - quarterMs,
      forMs: quarterMs,
    })
    const { turns } = run(lanes, {
      lengths: [200, 200, 200],
      perSecond: 38,
      from,
      forMs: quarterMs,
      plan: before.plan,
    })
    const own = turns.filter(({ lane }) => lane === 0)
    const laps = own
      .slice(200)
      .map(({ at }, i) => at - (own[i]?.at ?? 0))
      .toSorted((a, b) => a - b)
    const aloneMs = (200 / 38) * 1000
    expect(laps.reduce((sum, lap) => sum + lap, 0) / laps.length / aloneMs).to.be.lessThan(1.1)
    expect((laps[Math.ceil(laps.length * 0.95)] ?? Infinity) / aloneMs).to.be.lessThan(1.1)
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
      const planned = planTurns(plan, lanes, { lengths, hotShare: 0, now, room: 20 })
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
        const { turns } = run(lanes, { lengths, hotShare, perSecond, from, forMs: 10 * minuteMs })

        // Of any stretch of turns no class has more than its share, and the continuous lane has the rest.
        const most = [hotShare, roundShare + slowShare]
        const stretch = Math.min(300, turns.length)
        for (let i = 0; i + stretch <= turns.length; i += 37) {
          const part = turns.slice(i, i + stretch)
          const hotTurns = countOf(part, lanes.length - 1)
          const longTurns = part.filter((turn) => turn.lane > 0 && turn.lane < lanes.length - 1).length
          expect(hotTurns).to.be.at.most((most[0] ?? 0) * stretch + 2)
          expect(longTurns).to.be.at.most((most[1] ?? 0) * stretch + 4)
          expect(countOf(part, 0)).to.be.at.least((1 - hotShare - roundShare - slowShare) * stretch - 6)
        }

        // All rounds owed at once are over after that many turns at their share, and each lane had its own.
        const roundsMs = ((longs.length * symbols + 3) / roundShare / perSecond) * 1000
        const shortest = Math.min(...longs.map(({ interval }) => intervalsMs[interval]))
        if (roundsMs < Math.min(10 * minuteMs, shortest)) {
          for (const [i] of longs.entries()) {
            const own = turns.filter((turn) => turn.lane === i + 1)
            expect((own[symbols - 1]?.at ?? Infinity) - from).to.be.at.most(roundsMs + 1000)
          }
        }
        // However little leaves, nobody is left out for ever.
        if (perSecond * 600 * roundShare > 2 * longs.length * symbols) {
          for (const [i] of longs.entries()) expect(countOf(turns, i + 1)).to.be.at.least(symbols)
        }
      }),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 40) },
    )
  })

  it('laps slowly between rounds: thrice an interval, and at least each quarter of an hour', () => {
    expect(slowLapMs('15m')).to.equal(5 * minuteMs)
    expect(slowLapMs('1d')).to.equal(quarterMs)
  })
})
