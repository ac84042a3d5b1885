import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { ExchangeInfo } from './exchange-info.ts'
import { Klines, weighKlines } from './klines.ts'
import { readOptionalSymbol, readSymbol } from './parameters.ts'
import { weighing, weighingSymbol, type MarketRoute, type Routes } from './route.ts'
import { toBookTicker, toDayTicker, toDepth, toPremiumIndex, weighDepth } from './tickers.ts'

/** The public market data. */
export function toMarketRoutes(market: Market, clock: Clock, weightLimit: number): Routes {
  const klines = new Klines(market)
  const exchangeInfo = new ExchangeInfo(market, weightLimit)
  const open = (weigh: MarketRoute['weigh'], answer: MarketRoute['answer']): MarketRoute => ({
    access: 'open',
    weigh,
    answer,
  })
  /** One symbol's row, or all of them when no symbol is asked for. */
  const rows = (one: number, all: number, toRow: (listing: Listing) => object) =>
    open(weighingSymbol(one, all), (query) => {
      const listing = readOptionalSymbol(query, market)
      return {
        body: JSON.stringify(
          listing === undefined ? [...market.listings.values()].map(toRow) : toRow(listing),
        ),
      }
    })
  return [
    ['GET /fapi/v1/ping', open(weighing(1), () => ({ body: '{}' }))],
    ['GET /fapi/v1/time', open(weighing(1), () => ({ body: `{"serverTime":${clock.now()}}` }))],
    ['GET /fapi/v1/exchangeInfo', open(weighing(1), () => ({ body: exchangeInfo.answer(clock.now()) }))],
    [
      'GET /fapi/v1/klines',
      open(weighKlines, (query) => {
        const { body, symbol, interval, isPoll } = klines.answer(query, clock.now())
        return isPoll ? { body, polled: { symbol, interval } } : { body }
      }),
    ],
    [
      'GET /fapi/v1/depth',
      open(weighDepth, (query) => ({
        body: JSON.stringify(toDepth(readSymbol(query, market), query, clock)),
      })),
    ],
    ['GET /fapi/v1/ticker/bookTicker', rows(2, 5, (listing) => toBookTicker(listing, clock))],
    ['GET /fapi/v1/ticker/24hr', rows(1, 40, (listing) => toDayTicker(listing, clock.now()))],
    ['GET /fapi/v1/premiumIndex', rows(1, 10, (listing) => toPremiumIndex(listing, clock.now()))],
  ]
}
