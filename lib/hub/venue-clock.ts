import { createClock } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'

/** Tells the hub what this process found of the venue's clock, for those who cannot ask the venue. */
export async function writeVenueClock(hub: Hub, venue: string): Promise<void> {
  const { offsetMs, rate } = hub.clock
  await hub.redis.hset(hub.keys.clock(venue), { offsetMs, rate, errorMs: hub.clock.errorMs(), measuredAt: Date.now() })
}

/** Market time as the leader last told it; this host's own time when nobody has. */
export async function readVenueClock(hub: Hub, venue: string): Promise<Clock> {
  const told = await hub.redis.hgetall(hub.keys.clock(venue))
  if (told['offsetMs'] === undefined) return hub.clock
  return createClock(Number(told['rate']), { offsetMs: Number(told['offsetMs']), errorMs: Number(told['errorMs']) })
}
