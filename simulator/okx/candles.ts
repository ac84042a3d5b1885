import { intervals } from '../core/intervals.ts'
import { readKlines, type Kline } from '../core/klines.ts'
import type { Instrument } from './instruments.ts'
import { formatBase, formatContracts, formatPrice } from './instruments.ts'
import { readInteger, readLimit } from './parameters.ts'
import { wrongParameter } from './okx-error.ts'

/** candles that /market/candles reaches back */
const RECENT = 1440
export const longestAnswer = { candles: 300, history: 100 } as const

export interface CandlesAnswer {
  readonly data: readonly (readonly string[])[]
  readonly interval: string
  /** true when the answer goes up to the present */
  readonly isPoll: boolean
}

/** How long a bar is, and when bars of its kind begin: so many ms after midnight UTC. Both ms. */
export interface Bar {
  /** `1h`, and `6h+8` for what begins at midnight in Hong Kong */
  readonly interval: string
  readonly intervalMs: number
  readonly offsetMs: number
}

const HONG_KONG_MS = 8 * 3_600_000

const bars: ReadonlyMap<string, Bar> = new Map([
  ...['1m', '3m', '5m', '15m', '30m'].map((each) => [each, toBar(each)] as const),
  ...['1h', '2h', '4h'].map((each) => [each.toUpperCase(), toBar(each)] as const),
  ...['6h', '12h', '1d'].flatMap((each) => [
    [each.toUpperCase(), toHongKong(toBar(each))] as const,
    [`${each.toUpperCase()}utc`, toBar(each)] as const,
  ]),
])

function toBar(interval: string): Bar {
  return { interval, intervalMs: intervals[interval]!, offsetMs: 0 }
}

function toHongKong({ interval, intervalMs }: Bar): Bar {
  return { interval: `${interval}+8`, intervalMs, offsetMs: intervalMs - (HONG_KONG_MS % intervalMs) }
}

/** `1H` -> one hour; undefined for a bar that is not known. */
export function readBar(bar: string): Bar | undefined {
  return bars.get(bar)
}

/** When the bar began that a time is in. */
export function openTimeOf({ intervalMs, offsetMs }: Bar, time: number): number {
  return Math.floor((time - offsetMs) / intervalMs) * intervalMs + offsetMs
}

/** Answers GET /market/candles and /market/history-candles, newest first. Throws OkxError. */
export function answerCandles(
  instrument: Instrument,
  query: URLSearchParams,
  kind: keyof typeof longestAnswer,
  now: number,
): CandlesAnswer {
  const bar = readBar(query.get('bar') ?? '1m')
  if (bar === undefined) throw wrongParameter('bar')
  const { interval, intervalMs, offsetMs } = bar
  const limit = readLimit(query, 'limit', 100, longestAnswer[kind])
  const open = openTimeOf(bar, now)
  const newest = kind === 'history' ? open - intervalMs : open
  const oldest = kind === 'history' ? 0 : open - (RECENT - 1) * intervalMs
  const to = Math.min(newest, (readInteger(query, 'after') ?? Infinity) - 1)
  const from = Math.max(oldest, (readInteger(query, 'before') ?? -1) + 1)
  const span = Math.floor((to - from) / intervalMs) + 1
  const wanted = Math.min(limit, span)
  const klines =
    wanted < 1
      ? []
      : readKlines(instrument.listing, { intervalMs, offsetMs, from: undefined, to, limit: wanted }, now)
  return {
    data: klines
      .filter((each) => each.openTime >= from)
      .toReversed()
      .map((each) => toRow(instrument, each, intervalMs, now)),
    interval,
    isPoll: kind === 'candles' && to >= open && from <= open,
  }
}

/** `[ts, o, h, l, c, vol, volCcy, volCcyQuote, confirm]` as it stands at `now`. */
export function toRow(instrument: Instrument, kline: Kline, intervalMs: number, now: number): string[] {
  return [
    String(kline.openTime),
    formatPrice(instrument, kline.open),
    formatPrice(instrument, kline.high),
    formatPrice(instrument, kline.low),
    formatPrice(instrument, kline.close),
    formatContracts(instrument, kline.volume),
    formatBase(instrument, kline.volume),
    String(Number(kline.quoteVolume.toFixed(6))),
    kline.openTime + intervalMs <= now ? '1' : '0',
  ]
}
