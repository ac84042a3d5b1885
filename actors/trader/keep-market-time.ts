import type { Hub } from '../../lib/hub/hub.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import { describeError } from '../../lib/model/errors.ts'

// Real ms.
const lookEveryMs = 5_000

/**
 * Keeps the hub's clock at what the leader found of the venue's, for a process that never asks the venue
 * itself.
 */
export async function keepMarketTime(hub: Hub, venue: string): Promise<() => void> {
  const look = async () => {
    const told = await readVenueClock(hub, venue)
    const now = Date.now()
    if (told !== hub.clock) hub.clock.correct(now * told.rate + told.offsetMs, now, now)
  }
  await look()
  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      hub.log.debug({ error: describeError(error) }, 'market time was not read'),
    )
  }, lookEveryMs)
  return () => clearInterval(timer)
}
