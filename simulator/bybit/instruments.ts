import { formatShort } from '../account/fixed.ts'
import { filtersOf } from '../binance/filters.ts'
import type { Listing, Status } from '../core/listing.ts'
import { invalidParameter } from './bybit-error.ts'
import { checkCategory, readLimit, readOptionalSymbol } from './parameters.ts'
import { toSymbol, type Symbols } from './symbols.ts'

const DEFAULT_LIMIT = 500
const MOST = 1000

/** The result of GET /v5/market/instruments-info: pages by name, only what trades unless a symbol or status is asked for. */
export function toInstruments(query: URLSearchParams, symbols: Symbols) {
  checkCategory(query)
  const limit = readLimit(query, DEFAULT_LIMIT, MOST)
  const one = readOptionalSymbol(query, symbols)
  const status = query.get('status') ?? ''
  const baseCoin = query.get('baseCoin') ?? ''
  const after = readCursor(query.get('cursor') ?? '')
  const wanted = [...(one === undefined ? symbols.all().values() : [one])].filter(
    (each) =>
      (status === '' ? one !== undefined || each.status === 'TRADING' : toStatus(each.status) === status) &&
      (baseCoin === '' || each.baseAsset === baseCoin) &&
      (after === undefined || toSymbol(each) > after),
  )
  const page = wanted.slice(0, limit)
  const isLast = page.length === wanted.length
  return {
    category: 'linear',
    list: page.map(toRow),
    nextPageCursor: isLast ? '' : toCursor(toSymbol(page[0]!), toSymbol(page.at(-1)!)),
  }
}

function toRow(listing: Listing) {
  // What the check of an order holds it to.
  const filters = filtersOf(listing)
  const isFuture = listing.contract === 'CURRENT_QUARTER'
  return {
    symbol: toSymbol(listing),
    contractType: isFuture ? 'LinearFutures' : 'LinearPerpetual',
    status: toStatus(listing.status),
    baseCoin: listing.baseAsset,
    quoteCoin: listing.quoteAsset,
    launchTime: String(listing.onboardTime),
    deliveryTime: isFuture ? String(listing.deliveryTime ?? 0) : '0',
    deliveryFeeRate: '',
    priceScale: String(listing.priceDigits),
    leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
    priceFilter: {
      minPrice: formatShort(filters.minPrice),
      maxPrice: formatShort(filters.maxPrice),
      tickSize: formatShort(filters.tick),
    },
    lotSizeFilter: {
      maxOrderQty: formatShort(filters.maxQuantity),
      minOrderQty: formatShort(filters.lot),
      qtyStep: formatShort(filters.lot),
      postOnlyMaxOrderQty: formatShort(filters.maxQuantity),
      maxMktOrderQty: formatShort(filters.maxMarketQuantity),
      minNotionalValue: formatShort(filters.minNotional),
    },
    unifiedMarginTrade: true,
    fundingInterval: isFuture ? 0 : 480,
    settleCoin: listing.quoteAsset,
    copyTrading: 'none',
    upperFundingRate: isFuture ? '0' : '0.003',
    lowerFundingRate: isFuture ? '0' : '-0.003',
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: '0.01', priceLimitRatioY: '0.02' },
    displayName: '',
    symbolType: '',
  }
}

function toStatus(status: Status): string {
  if (status === 'TRADING') return 'Trading'
  if (status === 'PENDING_TRADING') return 'PreLaunch'
  return status === 'DELIVERED' || status === 'CLOSE' ? 'Closed' : 'Delivering'
}

/** The venue's cursors are encoded within the answer already. */
function toCursor(first: string, last: string): string {
  return encodeURIComponent(`first=${first}&last=${last}`)
}

function readCursor(text: string): string | undefined {
  if (text === '') return undefined
  // Whoever sends it on as it came has it decoded by the query, whoever encodes it again has not.
  const plain = text.includes('=') ? text : text.replaceAll('%3D', '=').replaceAll('%26', '&')
  const last = new URLSearchParams(plain).get('last')
  if (last === null || last === '') throw invalidParameter('cursor')
  return last
}
