import { readBook, readBookTop } from '../core/book.ts'
import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import { readPremium } from '../core/premium.ts'
import { readDayStats, readPrice } from '../core/prices.ts'
import { formatUnits } from '../core/units.ts'
import { checkCategory, readLimit, readOptionalSymbol, readSymbol } from './parameters.ts'
import { toSymbol, type Symbols } from './symbols.ts'

const HOUR_MS = 3_600_000
const DEFAULT_DEPTH = 25
const MOST_DEPTH = 500

/** The result of GET /v5/market/tickers: one symbol's row, or those of all that trade. */
export function toTickers(query: URLSearchParams, symbols: Symbols, clock: Clock) {
  checkCategory(query)
  const one = readOptionalSymbol(query, symbols)
  const listings =
    one === undefined ? [...symbols.all().values()].filter((each) => each.status === 'TRADING') : [one]
  return { category: 'linear', list: listings.map((each) => toTicker(each, clock)) }
}

/** A row of the tickers; what nobody has traded or offered yet is empty. */
export function toTicker(listing: Listing, clock: Clock) {
  const now = clock.now()
  const { priceDigits, quantityDigits } = listing
  const day = readDayStats(listing, now)
  const top = readBookTop(listing, now, clock.offsetMs)
  const premium = readPremium(listing, now)
  const isFuture = listing.contract === 'CURRENT_QUARTER'
  const price = (ticks: number | undefined) => (ticks === undefined ? '' : formatUnits(ticks, priceDigits))
  const quantity = (lots: number | undefined) => (lots === undefined ? '' : formatUnits(lots, quantityDigits))
  // Nobody holds anything of a made-up market: a day's volume stands for the open interest.
  const held = (day?.volume ?? 0) * 10 ** -quantityDigits
  return {
    symbol: toSymbol(listing),
    lastPrice: price(day?.close),
    indexPrice: premium?.indexPrice.toFixed(priceDigits) ?? '',
    markPrice: premium?.markPrice.toFixed(priceDigits) ?? '',
    prevPrice24h: price(day?.open),
    price24hPcnt: day === undefined ? '' : ((day.close - day.open) / day.open).toFixed(6),
    highPrice24h: price(day?.high),
    lowPrice24h: price(day?.low),
    prevPrice1h: price(readPrice(listing, now - HOUR_MS)?.price),
    openInterest: quantity(day?.volume),
    openInterestValue: (held * (premium?.markPrice ?? 0)).toFixed(2),
    turnover24h: (day?.quoteVolume ?? 0).toFixed(4),
    volume24h: quantity(day?.volume ?? 0),
    fundingRate: isFuture ? '' : toRate(premium?.lastFundingRate),
    nextFundingTime: isFuture ? '' : String(premium?.nextFundingTime ?? 0),
    predictedDeliveryPrice: '',
    basisRate: '',
    deliveryFeeRate: '',
    deliveryTime: isFuture ? String(listing.deliveryTime ?? 0) : '0',
    ask1Size: quantity(top?.ask[1]),
    bid1Price: price(top?.bid[0]),
    ask1Price: price(top?.ask[0]),
    bid1Size: quantity(top?.bid[1]),
    basis: '',
    preOpenPrice: '',
    preQty: '',
    curPreListingPhase: '',
    fundingIntervalHour: isFuture ? '' : '8',
    fundingCap: isFuture ? '' : '0.003',
    basisRateYear: '',
  }
}

/** The result of GET /v5/market/orderbook. */
export function toOrderBook(query: URLSearchParams, symbols: Symbols, clock: Clock) {
  checkCategory(query)
  const listing = readSymbol(query, symbols)
  const depth = readLimit(query, DEFAULT_DEPTH, MOST_DEPTH)
  const now = clock.now()
  const book = readBook(listing, depth, now, clock.offsetMs)
  const level = ([price, quantity]: readonly [number, number]) => [
    formatUnits(price, listing.priceDigits),
    formatUnits(quantity, listing.quantityDigits),
  ]
  return {
    s: toSymbol(listing),
    b: (book?.bids ?? []).map(level),
    a: (book?.asks ?? []).map(level),
    ts: now,
    u: book?.updateId ?? 0,
    seq: book?.updateId ?? 0,
    cts: book?.time ?? now,
  }
}

function toRate(rate: number | undefined): string {
  return rate === undefined ? '' : String(Number(rate.toFixed(8)))
}
