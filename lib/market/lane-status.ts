import * as z from 'zod'
import type { Hub } from '../hub/hub.ts'
import { readVenueClock } from '../hub/venue-clock.ts'
import { toInterval } from '../model/timeframe.ts'

/** How old the symbols of a lane are: venue time now less the venue time of their last poll, in market ms. */
export interface LaneAges {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/**
 * `fresh`: every symbol is younger than a lap and 5 s, in a lane of a longer interval than three laps of its bound,
 * because rounds make its laps uneven; `late`: than three times that; `stale`: none of these; `starting`: some symbols
 * were never polled; `empty`: no symbols.
 */
export type Freshness = 'fresh' | 'late' | 'stale' | 'starting' | 'empty'

/** How one lane runs. */
export interface LaneStatus {
  readonly venue: string
  /** interval and lane, such as `1m:all` */
  readonly lane: string
  readonly symbols: number
  /** real ms that the last lap took; undefined until one is over */
  readonly lapMs: number | undefined
  /** real ms that a lap takes on average when all that its share of the budget permits leaves; undefined: not known */
  readonly boundMs: number | undefined
  /** real ms since the lane's state was last told */
  readonly toldMsAgo: number
  /** of the symbols that were polled; undefined when none was */
  readonly ageMs: LaneAges | undefined
  /** symbols that were never polled */
  readonly missing: number
  readonly freshness: Freshness
}

// Until a lap was measured, one of this length is taken for granted, in real ms.
const assumedLapMs = 15_000
const graceMs = 5_000

const lapSchema = z.object({
  interval: z.string().transform(toInterval),
  lane: z.string(),
  kind: z.string().optional(),
  lapMs: z.number().nullish(),
  boundMs: z.number().nullish(),
  at: z.number(),
})

/** The lanes that the symbol-cursor tells of, in the order of their names. */
export async function readLaneStatus(hub: Hub, venue: string): Promise<LaneStatus[]> {
  const [laps, clock] = await Promise.all([
    hub.redis.hgetall(hub.keys.laps(venue)),
    readVenueClock(hub, venue),
  ])
  const names = Object.keys(laps).toSorted()
  return Promise.all(
    names.map(async (name): Promise<LaneStatus> => {
      const { interval, lane, kind, lapMs, boundMs, at } = lapSchema.parse(JSON.parse(laps[name] ?? ''))
      const [symbols, polls] = await Promise.all([
        hub.redis.lrange(hub.keys.lane(venue, interval, lane), '0', '-1'),
        hub.redis.hgetall(hub.keys.polls(venue, interval)),
      ])
      const now = clock.now()
      const agesMs = symbols.flatMap((symbol) => {
        const polledAt = polls[symbol]
        return polledAt === undefined ? [] : [Math.max(0, Math.round(now - Number(polledAt)))]
      })
      return {
        venue,
        lane: name,
        symbols: symbols.length,
        lapMs: lapMs ?? undefined,
        boundMs: boundMs ?? undefined,
        toldMsAgo: Math.max(0, Date.now() - at),
        ageMs: toAges(agesMs),
        missing: symbols.length - agesMs.length,
        freshness: judgeAges(
          agesMs.map((ageMs) => clock.toRealMs(ageMs)),
          symbols.length,
          Math.max(lapMs ?? assumedLapMs, kind === 'long' ? 3 * (boundMs ?? 0) : 0),
        ),
      }
    }),
  )
}

function judgeAges(agesMs: readonly number[], symbols: number, lapMs: number): Freshness {
  if (symbols === 0) return 'empty'
  const allowedMs = lapMs + graceMs
  const oldestMs = Math.max(...agesMs)
  // A lane that starts has news all the time; one whose news stopped is stale, whatever it still lacks.
  if (agesMs.length < symbols && (agesMs.length === 0 || Math.min(...agesMs) <= allowedMs)) return 'starting'
  if (oldestMs <= allowedMs) return 'fresh'
  return oldestMs <= 3 * allowedMs ? 'late' : 'stale'
}

/** Median, 99th percentile (both by nearest rank) and largest of some ages; undefined when there are none. */
export function toAges(agesMs: readonly number[]): LaneAges | undefined {
  const sorted = agesMs.toSorted((a, b) => a - b)
  const rank = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]
  const [p50, p99, max] = [rank(0.5), rank(0.99), rank(1)]
  return p50 === undefined || p99 === undefined || max === undefined ? undefined : { p50, p99, max }
}
