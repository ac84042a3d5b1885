import { formatFixed, formatShort } from '../account/fixed.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { filtersOf, percentPrice } from './filters.ts'

const NEVER = 4_133_404_800_000
const TERMS = {
  maintMarginPercent: '2.5000',
  requiredMarginPercent: '5.0000',
  baseAssetPrecision: 8,
  quotePrecision: 8,
  settlePlan: 0,
  triggerProtect: '0.0500',
  liquidationFee: '0.012500',
  marketTakeBound: '0.05',
  maxMoveOrderLimit: 10000,
  orderTypes: [
    'LIMIT',
    'MARKET',
    'STOP',
    'STOP_MARKET',
    'TAKE_PROFIT',
    'TAKE_PROFIT_MARKET',
    'TRAILING_STOP_MARKET',
  ],
  timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
}
export const ASSETS = [
  { asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' },
  { asset: 'BTC', marginAvailable: true, autoAssetExchange: '-0.10000000' },
  { asset: 'BNB', marginAvailable: true, autoAssetExchange: '-10' },
  { asset: 'ETH', marginAvailable: true, autoAssetExchange: '-5' },
  { asset: 'USDC', marginAvailable: true, autoAssetExchange: '-10000' },
]

/** Answers GET /fapi/v1/exchangeInfo. */
export class ExchangeInfo {
  private readonly market: Market
  private readonly weightLimit: number
  private encoded: { readonly version: number; readonly rest: string } | undefined

  constructor(market: Market, weightLimit: number) {
    this.market = market
    this.weightLimit = weightLimit
  }

  answer(now: number): string {
    if (this.encoded?.version !== this.market.version) {
      const rest = JSON.stringify({
        futuresType: 'U_MARGINED',
        rateLimits: [
          { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: this.weightLimit },
          { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1200 },
          { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
        ],
        exchangeFilters: [],
        assets: ASSETS,
        symbols: [...this.market.listings.values()].map(toRow),
      })
      this.encoded = { version: this.market.version, rest: rest.slice(1) }
    }
    return `{"timezone":"UTC","serverTime":${now},${this.encoded.rest}`
  }
}

function toRow(listing: Listing) {
  return {
    symbol: listing.symbol,
    pair: listing.pair,
    contractType: listing.contract,
    deliveryDate: listing.deliveryTime ?? NEVER,
    onboardDate: listing.onboardTime,
    status: listing.status,
    baseAsset: listing.baseAsset,
    quoteAsset: listing.quoteAsset,
    marginAsset: listing.quoteAsset,
    pricePrecision: listing.priceDigits,
    quantityPrecision: listing.quantityDigits,
    underlyingType: listing.underlying,
    underlyingSubType: toSubType(listing),
    ...TERMS,
    filters: toFilters(listing),
  }
}

function toSubType(listing: Listing): string[] {
  if (listing.contract === 'TRADIFI_PERPETUAL') return ['TradFi']
  if (listing.underlying === 'PREMARKET') return ['Pre-Market']
  return listing.underlying === 'INDEX' ? ['DEFI'] : []
}

function toFilters(listing: Listing) {
  const { priceDigits } = listing
  const filters = filtersOf(listing)
  const lot = formatShort(filters.lot)
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: formatFixed(filters.minPrice, priceDigits),
      maxPrice: formatFixed(filters.maxPrice, priceDigits),
      tickSize: formatFixed(filters.tick, priceDigits),
    },
    { filterType: 'LOT_SIZE', minQty: lot, maxQty: formatShort(filters.maxQuantity), stepSize: lot },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: lot,
      maxQty: formatShort(filters.maxMarketQuantity),
      stepSize: lot,
    },
    { filterType: 'MAX_NUM_ORDERS', limit: filters.maxOrders },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: filters.maxConditionals },
    { filterType: 'MIN_NOTIONAL', notional: formatShort(filters.minNotional) },
    {
      filterType: 'PERCENT_PRICE',
      multiplierUp: formatFixed(percentPrice.up, 4),
      multiplierDown: formatFixed(percentPrice.down, 4),
      multiplierDecimal: '4',
    },
    { filterType: 'POSITION_RISK_CONTROL', positionControlSide: 'NONE', permissionControl: 'NONE' },
  ]
}
