import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { formatUnits } from '../core/units.ts'

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
const ASSETS = [
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
  const { priceDigits, quantityDigits, referencePrice } = listing
  const price = (value: number) =>
    formatUnits(Math.max(1, Math.round(value * 10 ** priceDigits)), priceDigits)
  const lot = formatUnits(1, quantityDigits)
  // Powers of ten, worth about 5 million in a limit order and 0.5 million in a market order.
  const largest = 10 ** Math.max(1, Math.round(Math.log10(5_000_000 / referencePrice)))
  const least = listing.baseAsset === 'BTC' ? '100' : listing.baseAsset === 'ETH' ? '20' : '5'
  return [
    {
      filterType: 'PRICE_FILTER',
      minPrice: price(referencePrice / 200),
      maxPrice: price(referencePrice * 50),
      tickSize: formatUnits(1, priceDigits),
    },
    { filterType: 'LOT_SIZE', minQty: lot, maxQty: String(largest), stepSize: lot },
    { filterType: 'MARKET_LOT_SIZE', minQty: lot, maxQty: String(largest / 10), stepSize: lot },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
    { filterType: 'MIN_NOTIONAL', notional: least },
    { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
    { filterType: 'POSITION_RISK_CONTROL', positionControlSide: 'NONE', permissionControl: 'NONE' },
  ]
}
