import { z } from 'zod'
import type { Hub } from '../hub/hub.ts'
import { readVenueClock } from '../hub/venue-clock.ts'
import { toInterval } from '../model/timeframe.ts'

/** How old the symbols of a lane are: venue time now less the venue time of their last poll, in market ms. */
export interface LaneAges {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** How one lane runs. */
export interface LaneStatus {
  readonly venue: string
  /** interval and lane, such as `1m:all` */
  readonly lane: string
  readonly symbols: number
  /** real ms that the last lap took; undefined until one is over */
  readonly lapMs: number | undefined
  /** real ms since the lane's state was last told */
  readonly toldMsAgo: number
  /** of the symbols that were polled; undefined when none was */
  readonly ageMs: LaneAges | undefined
  /** symbols that were never polled */
  readonly missing: number
}

const lapSchema = z.object({
  interval: z.string().transform(toInterval),
  lane: z.string(),
  lapMs: z.number().nullish(),
  at: z.number(),
})

/** The lanes that the symbol-cursor tells of, in the order of their names. */
export async function readLaneStatus(hub: Hub, venue: string): Promise<LaneStatus[]> {
  const [laps, clock] = await Promise.all([hub.redis.hgetall(hub.keys.laps(venue)), readVenueClock(hub, venue)])
  const names = Object.keys(laps).sort()
  return Promise.all(
    names.map(async (name): Promise<LaneStatus> => {
      const { interval, lane, lapMs, at } = lapSchema.parse(JSON.parse(laps[name] ?? ''))
      const [symbols, polls] = await Promise.all([
        hub.redis.lrange(hub.keys.lane(venue, interval, lane), '0', '-1'),
        hub.redis.hgetall(hub.keys.polls(venue, interval)),
      ])
      const now = clock.now()
      const polled = symbols.flatMap((symbol) => (polls[symbol] === undefined ? [] : [Number(polls[symbol])]))
      return {
        venue,
        lane: name,
        symbols: symbols.length,
        lapMs: lapMs ?? undefined,
        toldMsAgo: Math.max(0, Date.now() - at),
        ageMs: toAges(polled.map((polledAt) => Math.max(0, Math.round(now - polledAt)))),
        missing: symbols.length - polled.length,
      }
    }),
  )
}

/** Median, 99th percentile (both by nearest rank) and largest of some ages; undefined when there are none. */
export function toAges(agesMs: readonly number[]): LaneAges | undefined {
  const sorted = agesMs.toSorted((a, b) => a - b)
  const rank = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]
  const [p50, p99, max] = [rank(0.5), rank(0.99), rank(1)]
  return p50 === undefined || p99 === undefined || max === undefined ? undefined : { p50, p99, max }
}
