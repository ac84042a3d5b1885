import { klinesMerge } from '../../lua/klines-merge.ts'
import type { MergeResult } from '../../lua/klines-merge.ts'
import type { Hub } from '../hub/hub.ts'
import { decodeKline, decodeKlines, encodeKline } from '../model/kline.ts'
import type { Kline } from '../model/kline.ts'
import { intervalsMs } from '../model/timeframe.ts'
import type { Interval } from '../model/timeframe.ts'

/** One venue's candles of one length. */
export interface Series {
  readonly venue: string
  readonly interval: Interval
}

/** What one source told of one symbol. */
export interface KlinesOf {
  readonly symbol: string
  /** the instrument's index */
  readonly index: number
  /** venue time at which they were asked for; undefined when nobody asked */
  readonly polledAt: number | undefined
  /** oldest first, one per open time */
  readonly klines: readonly Kline[]
}

/** Merges candles newest-wins and publishes what changed. Throws what Redis throws; nothing is half merged. */
export function mergeKlines(
  hub: Hub,
  of: Series,
  told: readonly KlinesOf[],
  repair = false,
): Promise<MergeResult> {
  const { keys, config } = hub
  return klinesMerge(
    hub.redis,
    {
      heads: keys.heads(of.venue, of.interval),
      polls: keys.polls(of.venue, of.interval),
      sequence: keys.feedSequence(of.venue),
    },
    {
      channel: keys.feed(of.venue),
      seconds: intervalsMs[of.interval] / 1000,
      retention: config.klineRetention,
      repair,
    },
    told.map(({ symbol, index, polledAt, klines }) => ({
      key: keys.klines(of.venue, of.interval, symbol),
      symbol,
      index,
      polledAt: polledAt === undefined ? 0 : Math.trunc(polledAt),
      rows: klines.slice(-config.klineRetention).map(encodeKline),
    })),
  )
}

/** The newest `limit` klines of a symbol, oldest first; the last one may still be open. */
export async function readKlines(hub: Hub, of: Series, symbol: string, limit: number): Promise<Kline[]> {
  const texts = await hub.redis.zrange(hub.keys.klines(of.venue, of.interval, symbol), String(-limit), '-1')
  return texts.map(decodeKline)
}

/** symbol -> its last two klines, oldest first. */
export async function readHeads(hub: Hub, of: Series): Promise<Map<string, Kline[]>> {
  const heads = await hub.redis.hgetall(hub.keys.heads(of.venue, of.interval))
  return new Map(Object.entries(heads).map(([symbol, text]) => [symbol, decodeKlines(text)]))
}
