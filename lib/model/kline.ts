import { compareDecimals } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { InvariantError } from './errors.ts'
import { closeTimeOf } from './timeframe.ts'
import type { Interval } from './timeframe.ts'

/** How far a kline has come: 0 open, 1 provisional (past its close, asked too early), 2 final. */
export type KlineClass = 0 | 1 | 2

/** One candle as a source told it. */
export interface Kline {
  readonly openTime: number
  readonly open: Decimal
  readonly high: Decimal
  readonly low: Decimal
  readonly close: Decimal
  /** in the base asset */
  readonly volume: Decimal
  readonly class: KlineClass
  /** venue time: the close when final, else when it was asked for or sent */
  readonly time: number
  /** `rest` or `stream` */
  readonly source: string
}

/**
 * Market ms after its close at which a REST candle is final. Closed candles have been seen to change for some seconds,
 * so an answer that was asked for earlier is not the last word.
 */
export const settledAfterMs = 3_000

/** Class and time of a REST row: `askedAt` is the venue's time when the request left. */
export function judgeRestKline(
  openTime: number,
  interval: Interval,
  askedAt: number,
): Pick<Kline, 'class' | 'time'> {
  const closeTime = closeTimeOf(openTime, interval)
  if (askedAt >= closeTime + settledAfterMs) return { class: 2, time: closeTime }
  return { class: askedAt >= closeTime ? 1 : 0, time: Math.trunc(askedAt) }
}

/** The stored text: `[openTime,"open","high","low","close","volume",class,time,"source"]`. */
export function encodeKline(kline: Kline): string {
  const { openTime, open, high, low, close, volume, time, source } = kline
  return `[${openTime},"${open}","${high}","${low}","${close}","${volume}",${kline.class},${time},"${source}"]`
}

/** The kline that a stored text tells. */
export function decodeKline(text: string): Kline {
  return toKline(JSON.parse(text) as unknown[])
}

/** The klines of a stored head, oldest first. */
export function decodeKlines(text: string): Kline[] {
  return (JSON.parse(text) as unknown[][]).map(toKline)
}

function toKline(row: unknown[]): Kline {
  if (row.length !== 9) throw new InvariantError(`a stored kline must have 9 fields, had ${row.length}`)
  const [openTime, open, high, low, close, volume, klineClass, time, source] = row as [
    number,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    KlineClass,
    number,
    string,
  ]
  return { openTime, open, high, low, close, volume, class: klineClass, time, source }
}

/**
 * Order of versions of one candle, the same that klines-merge.lua keeps: positive when `a` is newer.
 * Class, then volume, then venue time, then the bytes of the stored text.
 */
export function compareKlines(a: Kline, b: Kline): number {
  if (a.class !== b.class) return a.class - b.class
  const volume = compareDecimals(a.volume, b.volume)
  if (volume !== 0) return volume
  if (a.time !== b.time) return a.time - b.time
  return Buffer.compare(Buffer.from(encodeKline(a)), Buffer.from(encodeKline(b)))
}
