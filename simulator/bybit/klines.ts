import { intervals } from '../core/intervals.ts'
import { readKlines, type Kline } from '../core/klines.ts'
import type { Listing } from '../core/listing.ts'
import { formatUnits } from '../core/units.ts'
import type { Reply } from '../core/venue.ts'
import { checkCategory, readInteger, readLimit, readSymbol } from './parameters.ts'
import { BybitError } from './bybit-error.ts'
import { toSymbol, type Symbols } from './symbols.ts'

const DEFAULT_LIMIT = 200
const MOST = 1000

/** Names of the intervals in the market by the venue's. */
export const intervalNames: Readonly<Record<string, string>> = {
  '1': '1m',
  '3': '3m',
  '5': '5m',
  '15': '15m',
  '30': '30m',
  '60': '1h',
  '120': '2h',
  '240': '4h',
  '360': '6h',
  '720': '12h',
  D: '1d',
}

/** The result of GET /v5/market/kline: newest first, from `start` on, or the latest up to `end`. */
export function toKlines(query: URLSearchParams, symbols: Symbols, now: number) {
  checkCategory(query, true)
  const listing = readSymbol(query, symbols)
  const asked = query.get('interval') ?? ''
  const interval = Object.hasOwn(intervalNames, asked) ? intervalNames[asked]! : undefined
  if (interval === undefined) throw new BybitError(10001, 'Invalid period!')
  const intervalMs = intervals[interval]!
  const limit = readLimit(query, DEFAULT_LIMIT, MOST)
  const start = readInteger(query, 'start')
  const end = readInteger(query, 'end')
  if (start !== undefined && end !== undefined && start > end) {
    throw new BybitError(10001, 'params error: start time is greater than end time')
  }
  const from = end === undefined ? start : undefined
  const klines = readKlines(listing, { intervalMs, from, to: end, limit }, now)
    .filter(({ openTime }) => start === undefined || openTime >= start)
    .toReversed()
  const open = Math.floor(now / intervalMs) * intervalMs
  const isPoll =
    (end === undefined || end >= open) && (start === undefined || start > open - limit * intervalMs)
  const polled: Reply['polled'] = isPoll ? { symbol: listing.symbol, interval } : undefined
  const list = klines.map((kline) => toRow(listing, kline))
  return { result: { category: 'linear', symbol: toSymbol(listing), list }, polled }
}

function toRow(listing: Listing, kline: Kline): string[] {
  const { priceDigits, quantityDigits } = listing
  const price = (ticks: number) => formatUnits(ticks, priceDigits)
  return [
    String(kline.openTime),
    price(kline.open),
    price(kline.high),
    price(kline.low),
    price(kline.close),
    formatUnits(kline.volume, quantityDigits),
    kline.quoteVolume.toFixed(Math.min(8, priceDigits + quantityDigits)),
  ]
}
