import type { Decimal } from '../model/decimal.ts'
import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import type { LadderDraft } from './ladder-draft.ts'
import type { LadderStop } from './ladder-state.ts'
import { isReached } from './stop-triggers.ts'

// Venue ms in which the venue's word is waited for before it is asked.
const answerMs = 500

/**
 * Asks after every stop of which the venue should have said more by now: one that was sent, one that is being cancelled,
 * one whose order should have traded, one whose price `mark` has passed, and one that a list lacks.
 */
export function askAfterStops(draft: LadderDraft, mark: Decimal | undefined): void {
  for (const stop of draft.stops.values()) if (isOverdue(stop, draft, mark)) draft.ask(stop)
}

function isOverdue(stop: LadderStop, at: Moment, mark: Decimal | undefined): boolean {
  const { now } = at
  const answeredMs = patienceFor(at, answerMs)
  if (stop.isDoubted) return true
  if (now - stop.since < answeredMs) return false
  switch (stop.state) {
    case 'sent':
    case 'triggering':
    case 'triggered':
      return true
    case 'standing': {
      const isPassed = mark !== undefined && isReached(stop.stopSide === 'sell', mark, stop.triggerPrice)
      return isPassed || (stop.cancelledAt > 0 && now - stop.cancelledAt >= answeredMs)
    }
    case 'finished':
    case 'cancelled':
    case 'expired':
    case 'rejected':
    case 'refused':
    case 'absent':
      return false
  }
}
