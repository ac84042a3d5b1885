import { intervals } from '../core/intervals.ts'
import type { Listing } from '../core/listing.ts'
import { readKline, readKlines, type Kline } from '../core/klines.ts'
import type { Market } from '../core/market.ts'
import { formatUnits } from '../core/units.ts'
import { readInteger, readSymbol } from './parameters.ts'
import { RequestError, invalidParameter, missingParameter } from './request-error.ts'

const DEFAULT_LIMIT = 500
const MOST = 1500
/** characters of encoded rows kept for the polls to come */
const CACHED_CHARACTERS = 64 << 20

export interface KlinesAnswer {
  readonly body: string
  readonly symbol: string
  readonly interval: string
  /** true when the answer goes up to the present */
  readonly isPoll: boolean
}

interface Prefix {
  /** open time of the interval that was open when it was made */
  readonly openTime: number
  /** the closed rows, each followed by a comma */
  readonly rows: string
}

/** Answers GET /fapi/v1/klines. */
export class Klines {
  private readonly market: Market
  private readonly prefixes = new Map<string, Prefix>()
  private cachedCharacters = 0

  constructor(market: Market) {
    this.market = market
  }

  answer(query: URLSearchParams, now: number): KlinesAnswer {
    const interval = query.get('interval') ?? ''
    if ((query.get('symbol') ?? '') === '') throw missingParameter('symbol')
    if (interval === '') throw missingParameter('interval')
    const intervalMs = Object.hasOwn(intervals, interval) ? intervals[interval] : undefined
    if (intervalMs === undefined) throw new RequestError(-1120, 'Invalid interval.')
    const listing = readSymbol(query, this.market)
    const limit = readInteger(query, 'limit') ?? DEFAULT_LIMIT
    if (limit < 1 || limit > MOST) throw invalidParameter('limit')
    const from = readInteger(query, 'startTime')
    const to = readInteger(query, 'endTime')
    if (from !== undefined && to !== undefined && from > to) {
      throw new RequestError(-1023, 'Start time is greater than end time.')
    }
    const open = Math.floor(now / intervalMs) * intervalMs
    const isPoll =
      (to === undefined || to >= open) && (from === undefined || from > open - limit * intervalMs)
    const body =
      from === undefined && to === undefined
        ? this.encodeLatest(listing, interval, intervalMs, limit, now)
        : encodeRows(listing, readKlines(listing, { intervalMs, from, to, limit }, now), intervalMs)
    return { body, symbol: listing.symbol, interval, isPoll }
  }

  /** The polls' form: the closed rows are encoded once an interval, the open one each time. */
  private encodeLatest(
    listing: Listing,
    interval: string,
    intervalMs: number,
    limit: number,
    now: number,
  ): string {
    const openTime = Math.floor(now / intervalMs) * intervalMs
    const current = readKline(listing, openTime, intervalMs, now)
    // Without a current candle (a gap in the recording) one more of the past is shown.
    if (current === undefined) {
      return encodeRows(
        listing,
        readKlines(listing, { intervalMs, from: undefined, to: now, limit }, now),
        intervalMs,
      )
    }
    const key = `${listing.symbol} ${listing.onboardTime} ${interval} ${limit}`
    let prefix = this.prefixes.get(key)
    if (prefix?.openTime !== openTime) {
      const range = { intervalMs, from: undefined, to: openTime - 1, limit: limit - 1 }
      const rows = readKlines(listing, range, now).map((row) => encodeRow(listing, row, intervalMs))
      prefix = { openTime, rows: rows.length === 0 ? '' : `${rows.join(',')},` }
      this.keep(key, prefix)
    }
    return `[${prefix.rows}${encodeRow(listing, current, intervalMs)}]`
  }

  private keep(key: string, prefix: Prefix): void {
    this.cachedCharacters += prefix.rows.length - (this.prefixes.get(key)?.rows.length ?? 0)
    this.prefixes.delete(key)
    this.prefixes.set(key, prefix)
    for (const [oldest, { rows }] of this.prefixes) {
      if (this.cachedCharacters <= CACHED_CHARACTERS) return
      this.prefixes.delete(oldest)
      this.cachedCharacters -= rows.length
    }
  }
}

/** Weight by limit: below 100 1, below 500 2, to 1,000 5, above 10. */
export function weighKlines(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1000 ? 5 : 10
}

function encodeRows(listing: Listing, klines: readonly Kline[], intervalMs: number): string {
  return `[${klines.map((kline) => encodeRow(listing, kline, intervalMs)).join(',')}]`
}

function encodeRow(listing: Listing, kline: Kline, intervalMs: number): string {
  const { priceDigits, quantityDigits } = listing
  const price = (ticks: number) => formatUnits(ticks, priceDigits)
  const valueDigits = Math.min(8, priceDigits + quantityDigits)
  return (
    `[${kline.openTime},"${price(kline.open)}","${price(kline.high)}","${price(kline.low)}","${price(kline.close)}",` +
    `"${formatUnits(kline.volume, quantityDigits)}",${kline.openTime + intervalMs - 1},` +
    `"${kline.quoteVolume.toFixed(valueDigits)}",${kline.trades},` +
    `"${formatUnits(kline.takerVolume, quantityDigits)}","${kline.takerQuoteVolume.toFixed(valueDigits)}","0"]`
  )
}
