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

/** The bars counted from midnight UTC; those of six hours and more that begin at midnight in Hong Kong are left out. */
const bars: ReadonlyMap<string, string> = new Map([
  ...['1m', '3m', '5m', '15m', '30m'].map((each) => [each, each] as const),
  ...['1h', '2h', '4h'].map((each) => [each.toUpperCase(), each] as const),
  ...['6h', '12h', '1d'].map((each) => [`${each.toUpperCase()}utc`, each] as const),
])

/** `1H` -> `1h`; undefined for a bar that is not known. */
export function toInterval(bar: string): string | undefined {
  return bars.get(bar)
}

/** Answers GET /market/candles and /market/history-candles, newest first. Throws OkxError. */
export function answerCandles(
  instrument: Instrument,
  query: URLSearchParams,
  kind: keyof typeof longestAnswer,
  now: number,
): CandlesAnswer {
  const interval = toInterval(query.get('bar') ?? '1m')
  if (interval === undefined) throw wrongParameter('bar')
  const intervalMs = intervals[interval]!
  const limit = readLimit(query, 'limit', 100, longestAnswer[kind])
  const open = Math.floor(now / intervalMs) * intervalMs
  const newest = kind === 'history' ? open - intervalMs : open
  const oldest = kind === 'history' ? 0 : open - (RECENT - 1) * intervalMs
  const to = Math.min(newest, (readInteger(query, 'after') ?? Infinity) - 1)
  const from = Math.max(oldest, (readInteger(query, 'before') ?? -1) + 1)
  const span = Math.floor((to - from) / intervalMs) + 1
  const wanted = Math.min(limit, span)
  const klines =
    wanted < 1 ? [] : readKlines(instrument.listing, { intervalMs, from: undefined, to, limit: wanted }, now)
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
