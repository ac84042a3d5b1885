import { readBook, readBookTop } from '../core/book.ts'
import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import { readPremium } from '../core/premium.ts'
import { readDayStats } from '../core/prices.ts'
import { formatUnits } from '../core/units.ts'
import { readInteger } from './parameters.ts'
import { RequestError } from './request-error.ts'

const DEPTHS = [5, 10, 20, 50, 100, 500, 1000]
const DEFAULT_DEPTH = 500

/** A row of GET /fapi/v1/ticker/bookTicker; zeros before the first trade, as on the venue. */
export function toBookTicker(listing: Listing, clock: Clock) {
  const top = readBookTop(listing, clock.now(), clock.offsetMs)
  const price = (ticks: number | undefined) => formatUnits(ticks ?? 0, listing.priceDigits)
  const quantity = (lots: number | undefined) => formatUnits(lots ?? 0, listing.quantityDigits)
  return {
    symbol: listing.symbol,
    bidPrice: price(top?.bid[0]),
    bidQty: quantity(top?.bid[1]),
    askPrice: price(top?.ask[0]),
    askQty: quantity(top?.ask[1]),
    time: top?.time ?? 0,
    lastUpdateId: top?.updateId ?? 0,
  }
}

/** A row of GET /fapi/v1/ticker/24hr; zeros where nothing was traded, as on the venue. */
export function toDayTicker(listing: Listing, now: number) {
  const day = readDayStats(listing, now)
  const price = (ticks: number) => formatUnits(ticks, listing.priceDigits)
  const trades = day?.trades ?? 0
  const change = day === undefined ? 0 : day.close - day.open
  const volume = (day?.volume ?? 0) * 10 ** -listing.quantityDigits
  const average = volume === 0 ? 0 : (day?.quoteVolume ?? 0) / volume
  const firstId = Math.floor(now / 60_000)
  return {
    symbol: listing.symbol,
    priceChange: price(change),
    priceChangePercent: (day === undefined ? 0 : (change / day.open) * 100).toFixed(3),
    weightedAvgPrice: average.toFixed(listing.priceDigits),
    lastPrice: price(day?.close ?? 0),
    lastQty: formatUnits(
      trades === 0 ? 0 : Math.max(1, Math.round(day!.volume / trades)),
      listing.quantityDigits,
    ),
    openPrice: price(day?.open ?? 0),
    highPrice: price(day?.high ?? 0),
    lowPrice: price(day?.low ?? 0),
    volume: formatUnits(day?.volume ?? 0, listing.quantityDigits),
    quoteVolume: (day?.quoteVolume ?? 0).toFixed(2),
    openTime: day?.openTime ?? 0,
    closeTime: now,
    firstId: trades === 0 ? -1 : firstId,
    lastId: trades === 0 ? -1 : firstId + trades - 1,
    count: trades,
  }
}

/** A row of GET /fapi/v1/premiumIndex; delivery contracts have no funding. */
export function toPremiumIndex(listing: Listing, now: number) {
  const premium = readPremium(listing, now)
  const funded = listing.deliveryTime === undefined || listing.contract === 'PERPETUAL'
  return {
    symbol: listing.symbol,
    markPrice: toPrice(premium?.markPrice),
    indexPrice: toPrice(premium?.indexPrice),
    estimatedSettlePrice: toPrice(premium?.indexPrice),
    lastFundingRate: funded ? toPrice(premium?.lastFundingRate) : '',
    interestRate: funded ? toPrice(premium?.interestRate) : '',
    nextFundingTime: funded ? (premium?.nextFundingTime ?? 0) : 0,
    time: premium?.time ?? 0,
  }
}

/** The answer of GET /fapi/v1/depth. */
export function toDepth(listing: Listing, query: URLSearchParams, clock: Clock) {
  const limit = readInteger(query, 'limit') ?? DEFAULT_DEPTH
  if (!DEPTHS.includes(limit)) throw new RequestError(-4021, `${limit} is not valid depth limit.`)
  const now = clock.now()
  const book = readBook(listing, limit, now, clock.offsetMs)
  const level = ([price, quantity]: readonly [number, number]) => [
    formatUnits(price, listing.priceDigits),
    formatUnits(quantity, listing.quantityDigits),
  ]
  return {
    lastUpdateId: book?.updateId ?? 0,
    E: now,
    T: book?.time ?? now,
    bids: (book?.bids ?? []).map(level),
    asks: (book?.asks ?? []).map(level),
  }
}

/** Weight by limit: to 50 levels 2, 100 5, 500 10, 1,000 20. */
export function weighDepth(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEFAULT_DEPTH)
  if (limit <= 50) return 2
  if (limit <= 100) return 5
  return limit <= 500 ? 10 : 20
}

function toPrice(value: number | undefined): string {
  return (value ?? 0).toFixed(8)
}
