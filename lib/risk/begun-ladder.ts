import { signOf } from '../model/decimal.ts'
import { isEnded, mayStand } from './ladder-state.ts'
import type { BegunLadder, LadderState, LadderStop } from './ladder-state.ts'
import type { LadderTerms, PlannedStop, StopLadder, StopPosition } from './stop-ladder.ts'
import { triggerBehind } from './stop-triggers.ts'

// Venue ms. A list may be this old and name a stop that has ended since.
const listLagMs = 60_000
// Venue ms after which one that was triggered and of which nothing more is heard is given up.
const stuckMs = 600_000

/**
 * The ladder that was begun for a position's side, or, when that was forgotten, the newest of which any stop may stand;
 * undefined where there is none.
 */
export function knownLadder(
  { ladder }: LadderState,
  mine: readonly LadderStop[],
  position: StopPosition,
  { instrument, limits }: LadderTerms,
): BegunLadder | undefined {
  const isLong = signOf(position.size) > 0
  const stopSide = isLong ? 'sell' : 'buy'
  if (ladder?.stopSide === stopSide) return ladder
  const live = mine.filter((stop) => mayStand(stop) && stop.rung > 0)
  const generation = Math.max(...live.map((stop) => stop.generation))
  const byRung = new Map<number, PlannedStop>()
  for (const stop of live.toSorted((a, b) => a.attempt - b.attempt)) {
    const { rung, size, triggerPrice } = stop
    if (stop.generation === generation) byRung.set(rung, { rung, size, triggerPrice })
  }
  const rungs = [...byRung.values()].toSorted((a, b) => a.rung - b.rung)
  const last = rungs.at(-1)
  const { entryPrice, liquidationPrice } = position
  if (last === undefined || entryPrice === undefined || instrument.tickSize === undefined) return undefined
  const ground = { isLong, entryPrice, liquidationPrice, tickSize: instrument.tickSize }
  const triggerPrice = triggerBehind(ground, last.triggerPrice, limits.closeAllBehind)
  const closeAll = signOf(triggerPrice) > 0 ? { rung: 0, size: undefined, triggerPrice } : undefined
  return { generation, stopSide, rungs, closeAll }
}

/** A new ladder, whose generation is later than all before it and the same for whoever sees the same. */
export function beginLadder(
  { stopSide, rungs, closeAll }: StopLadder,
  positionTime: number,
  before: BegunLadder | undefined,
  stops: Iterable<LadderStop>,
): BegunLadder {
  const generations = [...stops].map((stop) => stop.generation)
  const generation = Math.max(positionTime, 1 + Math.max(0, before?.generation ?? 0, ...generations))
  return { generation, stopSide, rungs, closeAll }
}

/**
 * Whether a ladder has the rungs of a plan, and none of them has traded or stands with another size: beginning it anew
 * would change nothing.
 */
export function isSameLadder(
  ladder: BegunLadder,
  { rungs }: Pick<StopLadder, 'rungs'>,
  stops: Iterable<LadderStop>,
): boolean {
  const isAsPlanned = [...stops].every((stop) => {
    if (stop.generation !== ladder.generation || stop.rung === 0) return true
    return stop.filled === '0' && (!mayStand(stop) || stop.size === rungs[stop.rung - 1]?.size)
  })
  return (
    isAsPlanned &&
    ladder.rungs.length === rungs.length &&
    ladder.rungs.every(({ size, triggerPrice }, at) => {
      const other = rungs[at]
      return other?.size === size && other?.triggerPrice === triggerPrice
    })
  )
}

/** The stops that still matter: those of the ladder, those that have not ended, and those that a list may still name. */
export function withoutPast(
  stops: ReadonlyMap<string, LadderStop>,
  ladder: BegunLadder | undefined,
  now: number,
): ReadonlyMap<string, LadderStop> {
  const past = [...stops.values()].filter(
    (stop) =>
      stop.generation !== ladder?.generation &&
      now - stop.since > (isEnded(stop) ? listLagMs : mayStand(stop) ? Infinity : stuckMs),
  )
  if (past.length === 0) return stops
  const left = new Map(stops)
  for (const { id } of past) left.delete(id)
  return left
}
