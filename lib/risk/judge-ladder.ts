import { mul, negate, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Moment } from '../model/moment.ts'
import type { Side } from '../model/order.ts'
import type { StopOwner } from '../model/stop-id.ts'
import { askAfterStops } from './ask-after-stops.ts'
import { freshMarks, isBeyondLadder } from './backstop.ts'
import type { MarkWord } from './backstop.ts'
import { beginLadder, isSameLadder, knownLadder, withoutPast } from './begun-ladder.ts'
import { completeRungs } from './complete-ladder.ts'
import { coverOf, neededCover } from './ladder-cover.ts'
import type { Cover } from './ladder-cover.ts'
import { LadderDraft } from './ladder-draft.ts'
import type { LadderAction } from './ladder-draft.ts'
import { mayStand } from './ladder-state.ts'
import type { BegunLadder, LadderState, LadderStop } from './ladder-state.ts'
import type { RiskLimits } from './limits.ts'
import { makeRoom } from './make-room.ts'
import { mustReplace } from './must-replace.ts'
import { settleCloseAll } from './settle-close-all.ts'
import { planLadder, slotsFor } from './stop-ladder.ts'
import type { StopPosition } from './stop-ladder.ts'

/** What a position's stops are judged by. */
export interface LadderSight extends Moment {
  readonly owner: StopOwner
  /** undefined: nobody knows; flat only on the venue's explicit word. `time` is the venue time of its last change */
  readonly position: (StopPosition & { readonly time: number }) | undefined
  readonly instrument: Instrument
  readonly limits: RiskLimits
  /** how many stops the position may have at once */
  readonly slots: number
  readonly marks: readonly MarkWord[]
}

/** The next state, in which every action counts as done, and the actions: the state is stored before they are taken. */
export interface LadderJudgement {
  readonly state: LadderState
  readonly actions: readonly LadderAction[]
  /** undefined while the position is not known */
  readonly cover: Cover | undefined
  /** whether the ladder and the stop behind it stand, and nothing else does; or the position is flat and nothing stands */
  readonly isSettled: boolean
  /** why there can be no ladder; undefined when there can */
  readonly problem: string | undefined
}

/**
 * What to do next for the stops of one position. It is asked again after every word and every tenth of a second or so.
 *
 * A ladder is begun for a position: a generation and the rungs that were planned then. Its rungs and the stop that closes
 * the rest are sent at once; each stands when the venue has acknowledged it. One whose outcome is unknown is asked after
 * until it is known, and is never sent again. One that was lost (refused, expired, rejected, or triggered without a trade
 * for a second) is sent again under the next attempt's id. While the size is within 5 % and every rung is in its place
 * nothing else happens. Otherwise the next generation is begun beside the old one: only when its rungs stand, and the stop
 * behind them, are the old ones cancelled. Where the venue has no room for both (too many stops, or twice the position),
 * one old rung is cancelled for one new rung that was refused, and the next only when that one has its answer; and where
 * there is no old one left the ladder is made of fewer rungs. Of the stop that closes the rest only one can stand: while
 * the rungs stand it is cancelled and placed anew.
 *
 * The position is closed at the market when a rung is refused because its price has passed, or two sources have the mark
 * beyond the last rung; it is reduced when it is too near to liquidation. When it is flat, all stops are cancelled. While
 * nobody knows what is held, nothing is placed and nothing cancelled.
 */
export function judgeLadder(state: LadderState, sight: LadderSight): LadderJudgement {
  const { position, now, limits, instrument } = sight
  const draft = new LadderDraft(sight.owner, sight, state.stops)
  const marks = freshMarks(sight.marks, now, limits)
  askAfterStops(draft, marks[0]?.price)
  if (position === undefined) return judged(draft, state, { problem: 'nobody knows what is held' })
  if (signOf(position.size) === 0) return judgeFlat(draft, state)
  const stopSide = signOf(position.size) > 0 ? 'sell' : 'buy'
  // What protected the other side is left over.
  draft.cancelAll((stop) => stop.stopSide !== stopSide)
  const needed = neededCover(position, stopsOf(draft, stopSide), draft)
  const cover = (): Cover =>
    coverOf(needed, stopsOf(draft, stopSide), {
      at: draft,
      tolerance: limits.replaceBeyond,
      maxMarketQty: instrument.maxMarketQty,
    })
  // All of it is traded, and the position is told so any moment.
  if (needed === '0') return judged(draft, state, { cover: cover() })
  const left = { ...position, size: stopSide === 'sell' ? needed : negate(needed) }
  const slots = state.mostRungs === undefined ? sight.slots : Math.min(sight.slots, slotsFor(state.mostRungs))
  const terms = { instrument, limits, slots }
  const plan = planLadder(left, terms)
  if (plan.plan !== 'ladder') return judged(draft, state, { cover: cover(), problem: plan.reason })

  const known = knownLadder(state, stopsOf(draft, stopSide), left, terms)
  const last = (known ?? plan).rungs.at(-1) ?? plan.closeAll
  const isBeyond = last !== undefined && isBeyondLadder(stopSide === 'sell', last.triggerPrice, marks, limits)
  if (isBeyond) draft.exit('0', 'the mark is beyond the last rung')
  else if (plan.reduceTo !== undefined) draft.exit(plan.reduceTo, 'its rungs are too near to liquidation')

  const target = sub(needed, plan.rest)
  const entryPrice = position.entryPrice ?? ''
  const facts = { ...terms, position: left, entryPrice, target, mostRungs: state.mostRungs }
  let ladder = known
  if (known === undefined || (!isBeyond && mustReplace(draft, known, facts) !== undefined)) {
    const follows = stopsOf(draft, stopSide).some((stop) => mayStand(stop) && stop.rung > 0)
    const next = follows ? planLadder(left, { ...terms, passedBy: marks[0]?.price }) : plan
    if (next.plan === 'passed') draft.exit('0', next.reason)
    if (next.plan === 'ladder' && (known === undefined || !isSameLadder(known, next, draft.stops.values())))
      ladder = beginLadder(next, position.time, state.ladder, draft.stops.values())
  }
  if (ladder === undefined) return judged(draft, state, { cover: cover() })
  const swapBeyond = mul(entryPrice, limits.rungTolerance)
  const step = advance(draft, ladder, sight, target, swapBeyond)
  if (step.isPassed && !isBeyond) draft.exit('0', 'the price has passed a stop that was refused')
  // With fewer rungs than the ladder has, the next judgement begins another.
  const mostRungs = step.mostRungs ?? state.mostRungs
  return judged(draft, { ...state, ladder, mostRungs }, { cover: cover(), isSettled: step.isSettled })
}

/** Builds a ladder on, and takes down what it succeeds when it stands. */
function advance(
  draft: LadderDraft,
  ladder: BegunLadder,
  { limits, instrument }: LadderSight,
  target: Decimal,
  swapBeyond: Decimal,
): { isSettled: boolean; isPassed: boolean; mostRungs: number | undefined } {
  const rungs = completeRungs(draft, ladder, { target, tolerance: limits.replaceBeyond, instrument })
  const behind = settleCloseAll(draft, ladder, { canSwap: rungs.isComplete, tolerance: swapBeyond })
  const stands = rungs.isComplete && behind.isStanding
  const isOlder = (stop: LadderStop) => stop.rung > 0 && stop.generation !== ladder.generation
  if (stands) draft.cancelAll(isOlder)
  const { mostRungs } = makeRoom(draft, ladder, [...behind.refused, ...rungs.refused])
  const isAlone = ![...draft.stops.values()].some(
    (stop) => mayStand(stop) && (stop.stopSide !== ladder.stopSide || isOlder(stop)),
  )
  const isPassed = rungs.passed.length > 0 || behind.isPassed
  return { isSettled: stands && isAlone, isPassed, mostRungs }
}

function judgeFlat(draft: LadderDraft, state: LadderState): LadderJudgement {
  draft.cancelAll(() => true)
  const isSettled = ![...draft.stops.values()].some(mayStand)
  const cover: Cover = { needed: '0', rungs: '0', closeAll: '0', isCovered: true }
  return judged(draft, { ...state, ladder: undefined, mostRungs: undefined }, { cover, isSettled })
}

function judged(
  draft: LadderDraft,
  state: LadderState,
  { cover, isSettled = false, problem }: { cover?: Cover; isSettled?: boolean; problem?: string },
): LadderJudgement {
  const isBare = cover !== undefined && !cover.isCovered
  // While the position is not known, what was bare stays so.
  const uncoveredSince =
    cover === undefined ? state.uncoveredSince : isBare ? (state.uncoveredSince ?? draft.now) : undefined
  const stops = withoutPast(draft.stops, state.ladder, draft.now)
  return { state: { ...state, stops, uncoveredSince }, actions: draft.actions, cover, isSettled, problem }
}

function stopsOf(draft: LadderDraft, side: Side): LadderStop[] {
  return [...draft.stops.values()].filter(({ stopSide }) => stopSide === side)
}
