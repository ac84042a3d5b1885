import { compareDecimals, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Side } from '../model/order.ts'
import type { StopState } from '../model/order-report.ts'
import type { StopName } from '../model/stop-id.ts'
import type { PlannedStop } from './stop-ladder.ts'

/** sent: nobody knows yet; refused: the venue would not have it; absent: it surely never came there. */
export type LadderStopState = StopState | 'sent' | 'refused' | 'absent'

/** passed: the price is beyond its trigger; no room: too many stops, or twice the position. */
export type StopRefusal = 'passed' | 'no room' | 'other'

/** A stop of ours and what is known of it. */
export interface LadderStop extends StopName {
  /** client order id */
  readonly id: string
  readonly stopSide: Side
  /** contracts; undefined: whatever is left */
  readonly size: Decimal | undefined
  readonly triggerPrice: Decimal
  readonly state: LadderStopState
  /** venue time at which it came to this state */
  readonly since: number
  /** contracts that the order it became has traded */
  readonly filled: Decimal
  /** how that came to be: cumulative, with venue times, oldest first */
  readonly fills: readonly { readonly filled: Decimal; readonly time: number }[]
  /** undefined unless it was refused */
  readonly refusal: StopRefusal | undefined
  /** venue time at which it was asked after; 0 never */
  readonly askedAt: number
  /** venue time at which its cancel was sent; 0 never */
  readonly cancelledAt: number
  /** a list lacks it: ask */
  readonly isDoubted: boolean
  /** id of the older stop that is being cancelled to make room for it */
  readonly waitsFor: string | undefined
}

/** The ladder that is being built, or stands. */
export interface BegunLadder {
  readonly generation: number
  readonly stopSide: Side
  readonly rungs: readonly PlannedStop[]
  /** undefined where no price is left for it */
  readonly closeAll: PlannedStop | undefined
}

/** All that is remembered of a position's stops. */
export interface LadderState {
  readonly stops: ReadonlyMap<string, LadderStop>
  /** undefined before the first, and when flat */
  readonly ladder: BegunLadder | undefined
  /** how many rungs the venue had room for, where it had less than it should; undefined: it never had */
  readonly mostRungs: number | undefined
  /** venue time since which the position is not covered; undefined: it is */
  readonly uncoveredSince: number | undefined
}

export const noLadder: LadderState = {
  stops: new Map(),
  ladder: undefined,
  mostRungs: undefined,
  uncoveredSince: undefined,
}

// What comes late changes nothing: a stop goes this way only. That it never came is a belief, and that it was refused is
// said of one request, where somebody who forgot may have sent another: any word of the venue's own corrects these.
const ranks: Readonly<Record<LadderStopState, number>> = {
  sent: 0,
  absent: 1,
  refused: 1,
  standing: 2,
  triggering: 3,
  triggered: 4,
  finished: 5,
  cancelled: 5,
  expired: 5,
  rejected: 5,
}

/** Whether the venue has it, or may have it, waiting for its price. */
export function mayStand({ state }: LadderStop): boolean {
  return state === 'sent' || state === 'standing'
}

/** Whether nothing can happen to it any more. */
export function isEnded({ state }: LadderStop): boolean {
  return ranks[state] === 5 || isThoughtAway(state)
}

function isThoughtAway(state: LadderStopState): boolean {
  return state === 'absent' || state === 'refused'
}

/** Contracts of its size that were not traded; undefined: of whatever is left. */
export function unfilled({ size, filled }: LadderStop): Decimal | undefined {
  return size && sub(size, filled)
}

/** One word on a stop; `time` is venue time. */
export type StopWord =
  | {
      readonly word: 'told'
      readonly id: string
      readonly state: StopState
      readonly time: number
      readonly filled?: Decimal
    }
  | { readonly word: 'refused'; readonly id: string; readonly refusal: StopRefusal; readonly time: number }
  | { readonly word: 'absent'; readonly id: string; readonly time: number }
  /** the venue's list of stops of this position; it may be a minute old, so it raises questions only */
  | { readonly word: 'listed'; readonly stops: readonly ListedStop[]; readonly askedAt: number }

/** A stop of ours in a venue's list. */
export type ListedStop = StopName & Pick<LadderStop, 'id' | 'stopSide' | 'size' | 'triggerPrice'>

/** The state after a word; words may come late, twice, and in any order. */
export function hearStopWord(state: LadderState, word: StopWord): LadderState {
  if (word.word === 'listed') return hearList(state, word.stops, word.askedAt)
  const stop = state.stops.get(word.id)
  const next = stop && afterWord(stop, word)
  return next === stop || next === undefined
    ? state
    : { ...state, stops: new Map(state.stops).set(word.id, next) }
}

function afterWord(stop: LadderStop, word: Exclude<StopWord, { word: 'listed' }>): LadderStop {
  const told = word.word === 'told' ? word.state : word.word
  const filled = word.word === 'told' && word.filled !== undefined ? word.filled : stop.filled
  const hasMore = compareDecimals(filled, stop.filled) > 0
  const moves = ranks[told] > ranks[stop.state]
  if (!moves && !hasMore) return stop
  return {
    ...stop,
    ...(moves && {
      state: told,
      since: word.time,
      refusal: word.word === 'refused' ? word.refusal : undefined,
      isDoubted: false,
    }),
    ...(hasMore && { filled, fills: [...stop.fills, { filled, time: word.time }] }),
  }
}

function hearList(state: LadderState, listed: readonly ListedStop[], askedAt: number): LadderState {
  const stops = new Map(state.stops)
  const ids = new Set(listed.map(({ id }) => id))
  for (const stop of stops.values())
    if (stop.state === 'standing' && stop.since < askedAt && !ids.has(stop.id))
      stops.set(stop.id, { ...stop, isDoubted: true })
  for (const row of listed) {
    const known = stops.get(row.id)
    if (known === undefined || isThoughtAway(known.state))
      stops.set(row.id, { ...(known ?? toSentStop(row, askedAt)), isDoubted: true })
  }
  return { ...state, stops }
}

/** A stop of which nothing is known yet. */
export function toSentStop(of: ListedStop, now: number): LadderStop {
  const { id, generation, rung, attempt, stopSide, size, triggerPrice } = of
  return {
    id,
    generation,
    rung,
    attempt,
    stopSide,
    size,
    triggerPrice,
    state: 'sent',
    since: now,
    filled: '0',
    fills: [],
    refusal: undefined,
    askedAt: 0,
    cancelledAt: 0,
    isDoubted: false,
    waitsFor: undefined,
  }
}
