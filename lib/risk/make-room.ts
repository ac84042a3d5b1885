import { patienceFor } from '../model/moment.ts'
import type { RefusedStop } from './complete-ladder.ts'
import { standingOf } from './ladder-cover.ts'
import type { LadderDraft } from './ladder-draft.ts'
import { isEnded } from './ladder-state.ts'
import type { BegunLadder, LadderStop } from './ladder-state.ts'

// Venue ms. By then the news of a position that shrank has come, which makes room by itself.
const newsMs = 1_000
// Venue ms after which a stop that was refused for want of room is tried again though nothing was freed by us.
const retryMs = 2_000

/**
 * Makes room for the first of some stops that the venue refused for want of it: one older rung is cancelled for it, and
 * when that has ended it is placed again. Where there is no older one, gives how many rungs a ladder may have that fits.
 */
export function makeRoom(
  draft: LadderDraft,
  ladder: BegunLadder,
  refused: readonly RefusedStop[],
): { mostRungs: number | undefined } {
  const none = { mostRungs: undefined }
  // One at a time: what has asked for room already goes on.
  const chosen = refused.find(({ stop }) => stop.waitsFor !== undefined) ?? refused[0]
  if (chosen === undefined) return none
  const { stop: first, instead } = chosen
  const { stops, now } = draft
  const freed = first.waitsFor === undefined ? undefined : stops.get(first.waitsFor)
  if (first.waitsFor !== undefined && freed !== undefined && !isEnded(freed)) {
    draft.cancel(freed)
    return none
  }
  if (freed !== undefined || now - first.since >= patienceFor(draft, retryMs)) {
    draft.place(ladder, instead)
    return none
  }
  const isOurs = (stop: LadderStop) => stop.stopSide === ladder.stopSide && stop.rung > 0
  const older = [...stops.values()]
    .filter((stop) => isOurs(stop) && stop.generation !== ladder.generation && stop.state === 'standing')
    .toSorted((a, b) => a.generation - b.generation || b.rung - a.rung)[0]
  if (older !== undefined) {
    draft.change(first, { waitsFor: older.id })
    draft.cancel(older)
    return none
  }
  if (now - first.since < patienceFor(draft, newsMs)) return none
  const standing = [...stops.values()].filter(
    (stop) => isOurs(stop) && stop.generation === ladder.generation && standingOf(stop, draft) !== 'lost',
  ).length
  // The stop that closes the rest takes the place of a rung.
  const mostRungs = Math.max(1, first.rung === 0 ? standing - 1 : standing)
  return mostRungs < ladder.rungs.length ? { mostRungs } : none
}
