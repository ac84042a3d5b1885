import * as z from 'zod'
import type { Interval } from '../../lib/model/timeframe.ts'

const windowSchema = z.object({ start: z.number(), weight: z.number() })

const statsSchema = z.object({
  now: z.number(),
  addresses: z.record(
    z.string(),
    z.object({
      requests: z.number(),
      http429: z.number(),
      http418: z.number(),
      limitRefusals: z.number(),
      byPath: z.record(z.string(), z.number()),
      windows: z.array(windowSchema),
    }),
  ),
})

const gapsSchema = z.object({
  count: z.number(),
  p50: z.number().optional(),
  p95: z.number().optional(),
  max: z.number().optional(),
  missing: z.array(z.string()),
})

const candleSchema = z.tuple([z.number(), z.string(), z.string(), z.string(), z.string(), z.string()])
const arrivalsSchema = z.array(z.object({ at: z.number(), text: z.string() }))

/** A request that changed something: ms since epoch, with their fraction, and its query and body as they were sent. */
export type VenueArrival = z.infer<typeof arrivalsSchema>[number]

/** What the simulator counted, by source address. */
export type VenueStats = z.infer<typeof statsSchema>

/** Gaps between two answers of a symbol, real ms, over all symbols. */
export type VenueGaps = z.infer<typeof gapsSchema>

/** `[openTime, open, high, low, close, volume]`, decimals as text */
export type TrueCandle = z.infer<typeof candleSchema>

/** What a simulator says of itself. */
export interface SimulatedVenue {
  readonly url: string
  readStats(): Promise<VenueStats>
  /** over the gaps that ended after `since`, real ms; of 1m unless told otherwise */
  readGaps(since: number, interval?: Interval): Promise<VenueGaps>
  /** final candles from `since` on, market ms; the symbol by the simulator's own name */
  readCandles(symbol: string, since: number, interval?: Interval): Promise<TrueCandle[]>
  /** of the last few thousand, those whose query or body has `text` in it, oldest first */
  readArrivals(text: string): Promise<VenueArrival[]>
  /** refuses every request with 429 for so many ms */
  refuseFor(ms: number): Promise<void>
}

const timeoutMs = 5_000

/** The simulator that listens at `url`. */
export function simulatedVenue(url: string): SimulatedVenue {
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}/_sim/${path}`, { ...sent, signal: AbortSignal.timeout(timeoutMs) })
    if (!answer.ok)
      throw new Error(`the simulator answered ${path} with ${answer.status}: ${await answer.text()}`)
    return answer.json()
  }
  return {
    url,
    readStats: async () => statsSchema.parse(await ask('stats')),
    readGaps: async (since, interval = '1m') =>
      gapsSchema.parse(await ask(`gaps?since=${Math.floor(since)}&interval=${interval}`)),
    readCandles: async (symbol, since, interval = '1m') =>
      z
        .array(candleSchema)
        .parse(await ask(`candles?symbol=${symbol}&interval=${interval}&startTime=${Math.floor(since)}`)),
    readArrivals: async (text) =>
      arrivalsSchema.parse(await ask(`arrivals?containing=${encodeURIComponent(text)}`)),
    async refuseFor(ms) {
      await ask('faults', [{ kind: 'rateLimit', ms }])
    },
  }
}

/** Requests that a limit refused, in whatever words. */
export function limitErrorsIn({ addresses }: VenueStats): number {
  return Object.values(addresses).reduce((sum, { limitRefusals }) => sum + limitRefusals, 0)
}
