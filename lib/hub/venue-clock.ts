import { createClock } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'

/** Tells the hub what this process found of the venue's clock, for those who cannot ask the venue. */
export async function writeVenueClock(hub: Hub, venue: string): Promise<void> {
  const { offsetMs, rate } = hub.clock
  await hub.redis.hset(hub.keys.clock(venue), {
    offsetMs,
    rate,
    errorMs: hub.clock.errorMs(),
    measuredAt: Date.now(),
  })
}

/** Market time as the leader last told it; this host's own time when nobody has. */
export async function readVenueClock(hub: Hub, venue: string): Promise<Clock> {
  const told = await hub.redis.hgetall(hub.keys.clock(venue))
  if (told['offsetMs'] === undefined) return hub.clock
  return createClock(Number(told['rate']), {
    offsetMs: Number(told['offsetMs']),
    errorMs: Number(told['errorMs']),
  })
}

/** Real ms between two looks at the venue's clock; after a failure, or before the first answer, sooner. */
const lookEveryMs = 60_000
const lookAgainMs = 1_000

/**
 * Keeps the hub's clock at the venue's by asking for its time now and then; `onCorrected` is told of each answer.
 * `everyMs` is in real ms. The function given back ends it.
 */
export function followVenueClock(
  hub: Hub,
  fetchTime: (onLeave: () => void) => Promise<number>,
  onCorrected: () => void,
  everyMs: number = lookEveryMs,
): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const look = async () => {
    let next = lookAgainMs
    try {
      let sentAt = Date.now()
      const venueTime = await fetchTime(() => (sentAt = Date.now()))
      hub.clock.correct(venueTime, sentAt, Date.now())
      onCorrected()
      next = everyMs
    } catch (error) {
      hub.log.debug({ err: error }, "the venue's clock was not read")
    }
    if (!stopped) timer = setTimeout(() => void look(), next)
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
