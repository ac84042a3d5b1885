import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import type { Reply } from '../core/venue.ts'
import { invalidParameter } from './bybit-error.ts'
import { toFundingHistory } from './funding.ts'
import { toInstruments } from './instruments.ts'
import { toKlines } from './klines.ts'
import type { Symbols } from './symbols.ts'
import { toOrderBook, toTickers } from './tickers.ts'

export interface MarketAnswer {
  readonly result: object
  readonly polled?: Reply['polled']
}

export type MarketRoute = (query: URLSearchParams) => MarketAnswer

/** The public market data, by `GET /v5/market/time` and the like. */
export function toMarketRoutes(symbols: Symbols, clock: Clock): [place: string, route: MarketRoute][] {
  return [
    ['GET /v5/market/time', () => ({ result: toTime(clock.now()) })],
    ['GET /v5/market/instruments-info', (query) => ({ result: toInstruments(query, symbols) })],
    ['GET /v5/market/kline', (query) => toKlines(query, symbols, clock.now())],
    ['GET /v5/market/tickers', (query) => ({ result: toTickers(query, symbols, clock) })],
    ['GET /v5/market/orderbook', (query) => ({ result: toOrderBook(query, symbols, clock) })],
    [
      'GET /v5/market/funding/history',
      (query) => ({ result: toFundingHistory(query, symbols, clock.now()) }),
    ],
  ]
}

/** The listing that may be traded under a symbol: a perpetual in USDT. Throws as the venue does. */
export function readSymbol(market: Market, symbol: string): Listing {
  const listing = market.listings.get(symbol)
  if (listing === undefined || listing.contract === 'CURRENT_QUARTER' || listing.quoteAsset !== 'USDT') {
    throw invalidParameter('symbol')
  }
  return listing
}

function toTime(now: number) {
  return { timeSecond: String(Math.floor(now / 1000)), timeNano: `${now}000000` }
}
