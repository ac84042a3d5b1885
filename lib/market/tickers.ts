import { tickersMerge } from '../../lua/tickers-merge.ts'
import type { Hub } from '../hub/hub.ts'
import { decodeTicker, encodeTicker } from '../model/ticker.ts'
import type { Ticker } from '../model/ticker.ts'

/** One symbol's ticker as a source told it. */
export interface TickerOf {
  readonly symbol: string
  /** the instrument's index */
  readonly index: number
  readonly ticker: Ticker
}

/**
 * Merges tickers newest-wins and publishes what changed; `polledAt` is the venue time at which the market was asked
 * for them, undefined when nobody asked.
 */
export function mergeTickers(
  hub: Hub,
  venue: string,
  told: readonly TickerOf[],
  polledAt: number | undefined,
): Promise<{ sequence: number; won: number; older: number }> {
  return tickersMerge(
    hub.redis,
    {
      tickers: hub.keys.tickers(venue),
      polls: hub.keys.polls(venue, 'ticker'),
      sequence: hub.keys.feedSequence(venue),
    },
    { channel: hub.keys.feed(venue), polledAt: polledAt === undefined ? 0 : Math.trunc(polledAt) },
    told.map(({ symbol, index, ticker }) => ({ symbol, index, row: encodeTicker(ticker) })),
  )
}

/** symbol -> its ticker, as the hub knows it. */
export async function readTickers(hub: Hub, venue: string): Promise<Map<string, Ticker>> {
  const texts = await hub.redis.hgetall(hub.keys.tickers(venue))
  return new Map(Object.entries(texts).map(([symbol, text]) => [symbol, decodeTicker(text)]))
}

/** Venue time at which the whole market was last asked for its tickers; undefined when it never was. */
export async function readTickersPolledAt(hub: Hub, venue: string): Promise<number | undefined> {
  const text = await hub.redis.hget(hub.keys.polls(venue, 'ticker'), 'ticker')
  return text === null ? undefined : Number(text)
}
