import { abs, compareDecimals, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { mayRetry } from './complete-ladder.ts'
import type { RefusedStop } from './complete-ladder.ts'
import { standingOf } from './ladder-cover.ts'
import type { LadderDraft } from './ladder-draft.ts'
import type { BegunLadder, LadderStop } from './ladder-state.ts'

/**
 * Keeps the one stop that closes whatever is left: placed where there is none, and where it is out of its place
 * (`tolerance`, in the price's unit) swapped while the rungs stand. Where no price is left for it there is none.
 */
export function settleCloseAll(
  draft: LadderDraft,
  ladder: BegunLadder,
  of: {
    readonly canSwap: boolean
    readonly tolerance: Decimal
  },
): { isStanding: boolean; isPassed: boolean; refused: readonly RefusedStop[] } {
  const planned = ladder.closeAll
  const all = [...draft.stops.values()].filter((stop) => stop.rung === 0 && stop.stopSide === ladder.stopSide)
  const live = all.filter((stop) => ['covers', 'on its way', 'unresolved'].includes(standingOf(stop, draft)))
  const isInPlace = ({ triggerPrice }: LadderStop) =>
    planned !== undefined && compareDecimals(abs(sub(triggerPrice, planned.triggerPrice)), of.tolerance) <= 0
  if (of.canSwap) for (const stop of live) if (!isInPlace(stop)) draft.cancel(stop)
  const settled = { isStanding: true, isPassed: false, refused: [] }
  if (planned === undefined) return settled
  const latest = draft.attempts(ladder.generation, 0).at(-1)
  if (live.length === 0) {
    const isLost = latest !== undefined
    if (isLost && latest.refusal === 'passed') return { ...settled, isStanding: false, isPassed: true }
    if (isLost && latest.refusal === 'no room')
      return { ...settled, isStanding: false, refused: [{ stop: latest, instead: planned }] }
    if (!isLost || mayRetry(latest, draft)) draft.place(ladder, planned)
    return { ...settled, isStanding: false }
  }
  return {
    ...settled,
    isStanding: live.some((stop) => isInPlace(stop) && standingOf(stop, draft) !== 'unresolved'),
  }
}
