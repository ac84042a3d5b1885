import { needDecimal } from '../model/decimal.ts'
import { InvariantError } from '../model/errors.ts'
import { judgeRestKline } from '../model/kline.ts'
import type { Kline } from '../model/kline.ts'
import type { Interval } from '../model/timeframe.ts'
import type { KlineRow } from './exchange.ts'

/** ccxt's OHLCV list, with text for numbers, as a row; throws InvariantError where a field is absent. */
export function toKlineRow(ohlcv: readonly unknown[]): KlineRow {
  const [openTime, open, high, low, close, volume] = ohlcv
  if (typeof openTime !== 'number' || !Number.isInteger(openTime)) {
    throw new InvariantError(`a candle's open time must be ms since epoch, was "${String(openTime)}"`)
  }
  return {
    openTime,
    open: needDecimal(open as string, "a candle's open"),
    high: needDecimal(high as string, "a candle's high"),
    low: needDecimal(low as string, "a candle's low"),
    close: needDecimal(close as string, "a candle's close"),
    volume: needDecimal(volume as string, "a candle's volume"),
  }
}

/** Rows of an answer as klines; `askedAt` is venue time at which the request left, at the earliest. */
export function toKlines(rows: readonly KlineRow[], interval: Interval, askedAt: number): Kline[] {
  return rows.map((row) => ({ ...row, ...judgeRestKline(row.openTime, interval, askedAt), source: 'rest' }))
}
