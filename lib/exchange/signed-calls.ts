import type { VenueClock } from './account-exchange.ts'
import { codeIn } from './venue-error.ts'
import type { Ask } from './venue-call.ts'

/**
 * Requests that a venue takes only at the right time. Before the first one the venue's clock is asked for; one that is
 * refused because of its time corrects the clock and is made once more.
 */
export function openSignedCalls(
  of: { ask: Ask; clock: VenueClock; clockCode: string },
  fetchTime: () => Promise<{ venueTime: number; leftAt: number }>,
): Ask {
  const { ask, clock, clockCode } = of
  let correcting: Promise<void> | undefined
  let correctedAt = 0

  // Requests that were refused together need one correction.
  function correct(): Promise<void> {
    correcting ??= fetchTime()
      .then(({ venueTime, leftAt }) => {
        clock.correct(venueTime, leftAt, Date.now())
        correctedAt = Date.now()
      })
      .finally(() => (correcting = undefined))
    return correcting
  }

  return async (call) => {
    if (!Number.isFinite(clock.errorMs())) await correct()
    const startedAt = Date.now()
    try {
      return await ask(call)
    } catch (error) {
      if (codeIn(error) !== clockCode) throw error
      if (correctedAt <= startedAt) await correct()
      return ask(call)
    }
  }
}
