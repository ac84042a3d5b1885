import { intervalsMs, openTimeAt } from '../model/timeframe.ts'
import type { Interval } from '../model/timeframe.ts'

/** `continuous` takes what the others leave, `hot` a share of all turns, and `long` is asked when it matters. */
export type LaneKind = 'continuous' | 'hot' | 'long'

/** A lane as the plan sees it. */
export interface PlannedLane {
  readonly kind: LaneKind
  readonly interval: Interval
}

/** Whose turn it is, as of the last turn. Nothing of it is stored: a new leader begins with `startPlan`. */
export interface LanePlan {
  /** in the order of the lanes */
  readonly states: readonly LaneState[]
  /** turns that each class has saved up */
  readonly credits: Readonly<Record<TurnClass, number>>
}

interface LaneState {
  /** turns so far */
  readonly handed: number
  /** the round that runs: every symbol once after that close */
  readonly round: Round | undefined
  /** the newest close that was seen */
  readonly newest: Round
  /** market time from which a paced turn may follow */
  readonly paceAt: number
}

interface Round {
  readonly closeTime: number
  /** turns that the lane had before it */
  readonly from: number
  /** nothing is known of the lane yet */
  readonly isFirst: boolean
}

/** What may take turns from the continuous lane. */
const turnClasses = ['hot', 'long'] as const
type TurnClass = (typeof turnClasses)[number]

/** Part of all turns that the long lanes take together: a lap of the continuous lane grows by less than a tenth. */
export const longShare = 0.08
/** Part of all turns that they take at most: at a start, and where so many candles close that less would not do. */
export const mostLongShare = 1 / 3
/** Part of an interval within which the round after its close is to be over. */
export const roundSpan = 0.5
/** Market ms: a hot lane's lap is not made shorter than this, however few its symbols are. */
export const leastHotLapMs = 500

const slowLapsPerInterval = 3
const longestSlowLapMs = 15 * 60_000

/** Market ms that a long lane's lap takes between two rounds while there is room for it. */
export function slowLapMs(interval: Interval): number {
  return Math.min(intervalsMs[interval] / slowLapsPerInterval, longestSlowLapMs)
}

/**
 * The part of all turns that the long lanes take together: `longShare`, or more where their rounds would not be over
 * within `roundSpan` by that. `perSecond` is in polls a real second.
 */
export function toLongShare(
  lanes: readonly PlannedLane[],
  of: { lengths: readonly number[]; perSecond: number; rate: number },
): number {
  const perSecond = lanes.reduce((sum, { kind, interval }, at) => {
    const polls = kind === 'long' ? (of.lengths[at] ?? 0) : 0
    return sum + (polls * 1000 * of.rate) / (intervalsMs[interval] * roundSpan)
  }, 0)
  if (of.perSecond <= 0) return longShare
  return Math.min(mostLongShare, Math.max(longShare, perSecond / of.perSecond))
}

/** The plan of a new leader: every long lane is owed one round. */
export function startPlan(lanes: readonly PlannedLane[]): LanePlan {
  const newest = { closeTime: -Infinity, from: 0, isFirst: false }
  const state: LaneState = { handed: 0, round: undefined, newest, paceAt: -Infinity }
  return { states: lanes.map(() => state), credits: { hot: 0, long: 0 } }
}

/**
 * The next `room` turns at most, as places in `lanes`, and the plan after them. `lengths` are the lanes' symbols; no
 * lane gets more turns at a time than it has symbols. `now` is the market time up to which a close is settled.
 *
 * Each turn earns every class its share of a turn; of the classes that have saved a whole one and have something due
 * the richest is next, and the continuous lane gets all other turns. So the shares hold exactly and nobody is starved.
 * Of the long lanes a round comes before a slow lap; of the rounds first the one that is to be over first, of the slow
 * laps the one that waited longest. Rounds are spread over the turns that pass, so that no lap of the continuous lane
 * is much longer than another; only what a new leader begins with is brought quickly, because nothing may be known.
 */
export function planTurns(
  before: LanePlan,
  lanes: readonly PlannedLane[],
  of: { lengths: readonly number[]; hotShare: number; longShare: number; now: number; room: number },
): { turns: number[]; plan: LanePlan } {
  const { lengths, now } = of
  const states = before.states.map((state, at) => noteClose(state, lanes[at] as PlannedLane, now))
  const credits = { ...before.credits }
  const given = lanes.map(() => 0)
  const continuous = lanes.findIndex(({ kind }) => kind === 'continuous')
  const isOpen = (at: number) => (given[at] ?? 0) < (lengths[at] ?? 0)

  const turns: number[] = []
  while (turns.length < of.room) {
    const due = findDue(lanes, states, now, isOpen)
    const isFirst = due.long !== undefined && states[due.long]?.round?.isFirst === true
    const shares = { hot: of.hotShare, long: isFirst ? mostLongShare : of.longShare }
    const waits = continuous >= 0 && (lengths[continuous] ?? 0) > 0
    if (waits ? !isOpen(continuous) : turnClasses.every((each) => due[each] === undefined)) break
    for (const each of turnClasses) {
      const saved = credits[each] + shares[each]
      // Whoever has nothing due keeps the one turn that lets it begin at once, and saves no more.
      credits[each] = due[each] === undefined ? Math.min(saved, 1) : saved
    }
    const ready = turnClasses.filter((each) => due[each] !== undefined && (credits[each] >= 1 || !waits))
    const richest = ready.reduce<TurnClass | undefined>(
      (best, each) => (best === undefined || credits[each] > credits[best] ? each : best),
      undefined,
    )
    if (richest !== undefined) credits[richest] -= 1
    const at = richest === undefined ? continuous : (due[richest] as number)
    states[at] = afterTurn(states[at] as LaneState, lanes[at] as PlannedLane, lengths[at] ?? 0, now)
    given[at] = (given[at] ?? 0) + 1
    turns.push(at)
  }
  return { turns, plan: { states, credits } }
}

// A clock that is put right by a little must not owe a round twice; one that was wrong by far begins anew.
function noteClose(state: LaneState, { kind, interval }: PlannedLane, now: number): LaneState {
  const closeTime = openTimeAt(now, interval)
  const { newest } = state
  const isNew = closeTime > newest.closeTime || closeTime < newest.closeTime - intervalsMs[interval]
  if (kind !== 'long' || !isNew) return state
  const owed = { closeTime, from: state.handed, isFirst: newest.closeTime === -Infinity }
  return { ...state, newest: owed, round: state.round ?? owed }
}

/** For each class the lane whose turn it would be, as its place. */
function findDue(
  lanes: readonly PlannedLane[],
  states: readonly LaneState[],
  now: number,
  isOpen: (at: number) => boolean,
): Record<TurnClass, number | undefined> {
  const first: Partial<Record<'hot' | 'round' | 'slow', { at: number; dueAt: number }>> = {}
  for (const [at, { kind, interval }] of lanes.entries()) {
    const { round, paceAt } = states[at] as LaneState
    if (kind === 'continuous' || !isOpen(at) || (round === undefined && paceAt > now)) continue
    const what = kind === 'hot' ? 'hot' : round === undefined ? 'slow' : 'round'
    const dueAt = round === undefined ? paceAt : overAt(round, interval)
    if (dueAt < (first[what]?.dueAt ?? Infinity)) first[what] = { at, dueAt }
  }
  return { hot: first.hot?.at, long: (first.round ?? first.slow)?.at }
}

/** Market time at which a round is to be over; what a new leader begins with comes before everything else. */
function overAt({ closeTime, isFirst }: Round, interval: Interval): number {
  return (isFirst ? Number.MIN_SAFE_INTEGER : closeTime) + intervalsMs[interval] * roundSpan
}

function afterTurn(
  state: LaneState,
  { kind, interval }: PlannedLane,
  length: number,
  now: number,
): LaneState {
  const handed = state.handed + 1
  if (kind === 'continuous') return { ...state, handed }
  if (kind === 'hot') {
    // A lap's worth of turns may be caught up, because turns are planned some at a time.
    const paceAt = Math.max(state.paceAt, now - leastHotLapMs) + leastHotLapMs / length
    return { ...state, handed, paceAt }
  }
  const spacing = slowLapMs(interval) / length
  const { round, newest } = state
  if (round === undefined)
    return { ...state, handed, paceAt: Math.max(state.paceAt, now - spacing) + spacing }
  if (handed - round.from < length) return { ...state, handed }
  // What was asked for after a close that came during the round need not be asked for again.
  const isOwed = newest.closeTime !== round.closeTime && handed - newest.from < length
  return { ...state, handed, round: isOwed ? newest : undefined, paceAt: now + spacing }
}
