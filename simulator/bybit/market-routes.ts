import { filtersOf } from '../binance/filters.ts'
import { formatShort } from '../account/fixed.ts'
import { readBookTop } from '../core/book.ts'
import type { Clock } from '../core/clock.ts'
import { intervals } from '../core/intervals.ts'
import { readKlines } from '../core/klines.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { readPremium } from '../core/premium.ts'
import { readDayStats } from '../core/prices.ts'
import { formatUnits } from '../core/units.ts'
import { BybitError } from './bybit-error.ts'

const names: Readonly<Record<string, string>> = {
  1: '1m',
  3: '3m',
  5: '5m',
  15: '15m',
  30: '30m',
  60: '1h',
  120: '2h',
  240: '4h',
  360: '6h',
  720: '12h',
  D: '1d',
}

/** What the market endpoints tell, by path. */
export function toMarketAnswers(
  market: Market,
  clock: Clock,
): Readonly<Record<string, (query: URLSearchParams) => object>> {
  const list = (rows: readonly object[]) => ({ category: 'linear', list: rows, nextPageCursor: '' })
  const asked = (query: URLSearchParams) => {
    const symbol = query.get('symbol')
    if (symbol === null) return perpetuals(market)
    return [readSymbol(market, symbol)]
  }
  return {
    '/v5/market/time': () => ({
      timeSecond: String(Math.floor(clock.now() / 1000)),
      timeNano: `${clock.now()}000000`,
    }),
    '/v5/market/instruments-info': (query) =>
      list(query.get('status') === 'PreLaunch' ? [] : asked(query).map(toInstrument)),
    '/v5/market/tickers': (query) => list(asked(query).flatMap((each) => toTicker(each, clock))),
    '/v5/market/kline'(query) {
      const name = names[query.get('interval') ?? '']
      const intervalMs = name === undefined ? undefined : (intervals as Record<string, number>)[name]
      if (intervalMs === undefined) throw new BybitError(10001, 'Invalid period!')
      const listing = readSymbol(market, query.get('symbol') ?? '')
      const limit = Math.min(1000, Number(query.get('limit') ?? 200))
      const [from, to] = ['start', 'end'].map((each) => {
        const text = query.get(each)
        return text === null ? undefined : Number(text)
      })
      const rows = readKlines(listing, { intervalMs, from, to, limit }, clock.now()).toReversed()
      const price = (ticks: number) => formatUnits(ticks, listing.priceDigits)
      return {
        category: 'linear',
        symbol: listing.symbol,
        list: rows.map((row) => [
          String(row.openTime),
          price(row.open),
          price(row.high),
          price(row.low),
          price(row.close),
          formatUnits(row.volume, listing.quantityDigits),
          row.quoteVolume.toFixed(4),
        ]),
      }
    },
  }
}

/** The listing of a symbol; throws as the venue does. */
export function readSymbol(market: Market, symbol: string): Listing {
  const listing = market.listings.get(symbol)
  if (listing === undefined || listing.contract === 'CURRENT_QUARTER')
    throw new BybitError(10001, 'params error: symbol invalid')
  return listing
}

function perpetuals(market: Market): Listing[] {
  return [...market.listings.values()].filter(
    ({ contract, quoteAsset }) => contract !== 'CURRENT_QUARTER' && quoteAsset === 'USDT',
  )
}

function toInstrument(listing: Listing) {
  const { tick, lot, maxQuantity, maxMarketQuantity, minNotional } = filtersOf(listing)
  return {
    symbol: listing.symbol,
    contractType: 'LinearPerpetual',
    status: listing.status === 'TRADING' ? 'Trading' : 'Closed',
    baseCoin: listing.baseAsset,
    quoteCoin: listing.quoteAsset,
    settleCoin: listing.quoteAsset,
    launchTime: String(listing.onboardTime),
    deliveryTime: '0',
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: { minPrice: formatShort(tick), maxPrice: '1999999.80', tickSize: formatShort(tick) },
    lotSizeFilter: {
      qtyStep: formatShort(lot),
      minOrderQty: formatShort(lot),
      maxOrderQty: formatShort(maxQuantity),
      maxMktOrderQty: formatShort(maxMarketQuantity),
      minNotionalValue: formatShort(minNotional),
    },
    fundingInterval: 480,
    symbolType: '',
  }
}

function toTicker(listing: Listing, clock: Clock): object[] {
  const now = clock.now()
  const top = readBookTop(listing, now, clock.offsetMs)
  const premium = readPremium(listing, now)
  if (top === undefined || premium === undefined) return []
  const day = readDayStats(listing, now)
  const price = (ticks: number) => formatUnits(ticks, listing.priceDigits)
  const size = (lots: number) => formatUnits(lots, listing.quantityDigits)
  return [
    {
      symbol: listing.symbol,
      lastPrice: price(day?.close ?? top.bid[0]),
      indexPrice: premium.indexPrice.toFixed(8),
      markPrice: premium.markPrice.toFixed(8),
      bid1Price: price(top.bid[0]),
      bid1Size: size(top.bid[1]),
      ask1Price: price(top.ask[0]),
      ask1Size: size(top.ask[1]),
      volume24h: size(day?.volume ?? 0),
      turnover24h: (day?.quoteVolume ?? 0).toFixed(4),
      fundingRate: premium.lastFundingRate.toFixed(8),
      nextFundingTime: String(premium.nextFundingTime),
      deliveryTime: '0',
    },
  ]
}
