import type { VenueLimit } from '../model/egress-budget.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import { binanceAccount } from './binance-account.ts'
import { binanceOrders } from './binance-orders.ts'
import { toMarks } from './binance-mark-map.ts'
import { numberIn } from './venue.ts'
import type { Raw } from './raw.ts'
import type { Venue } from './venue.ts'

const second = 1_000
const minute = 60 * second

// Weights by source address, as Binance's USDⓈ-M pages give them; a list is [largest limit, weight].
const byLimit: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  klines: [
    [99, 1],
    [499, 2],
    [1000, 5],
    [Infinity, 10],
  ],
  depth: [
    [50, 2],
    [100, 5],
    [500, 10],
    [Infinity, 20],
  ],
}
const defaultLimit: Readonly<Record<string, number>> = { klines: 500, depth: 500 }

/** [with a symbol, for all symbols] */
const bySymbol: Readonly<Record<string, readonly [number, number]>> = {
  'ticker/bookTicker': [2, 5],
  'ticker/24hr': [1, 40],
  'ticker/price': [1, 2],
  premiumIndex: [1, 10],
  openOrders: [1, 40],
  openAlgoOrders: [1, 40],
}
const fixed: Readonly<Record<string, number>> = {
  account: 5,
  balance: 5,
  positionRisk: 5,
  accountConfig: 5,
  symbolConfig: 5,
  income: 30,
  'positionSide/dual': 30,
  multiAssetsMargin: 30,
  commissionRate: 20,
  adlQuantile: 5,
  aggTrades: 20,
  userTrades: 5,
  allOrders: 5,
  allAlgoOrders: 5,
}

export const statuses: Readonly<Record<string, InstrumentStatus>> = {
  TRADING: 'trading',
  PENDING_TRADING: 'pending',
  SETTLING: 'settling',
  PRE_SETTLE: 'settling',
  PRE_DELIVERING: 'settling',
  DELIVERING: 'settling',
  DELIVERED: 'settling',
  CLOSE: 'settling',
}

// A perpetual's delivery date is the year 2100 until it is delisted.
const noDelivery = Date.UTC(2100, 0, 1)

/** Binance USDⓈ-M futures. */
export const binanceusdm: Venue = {
  id: 'binanceusdm',
  module: 'binanceusdm',
  publicApi: 'fapiPublic',
  // The venue refuses a signed request that took longer than the window, real ms of ours, to arrive.
  options: { options: { fetchCurrencies: false, defaultType: 'future', recvWindow: 5_000 } },
  urls: (http, ws) => ({
    api: {
      fapiPublic: `${http}/fapi/v1`,
      fapiPublicV2: `${http}/fapi/v2`,
      fapiPublicV3: `${http}/fapi/v3`,
      fapiPrivate: `${http}/fapi/v1`,
      fapiPrivateV2: `${http}/fapi/v2`,
      fapiPrivateV3: `${http}/fapi/v3`,
      fapiData: `${http}/futures/data`,
      sapi: `${http}/sapi/v1`,
      ws: { future: `${ws}/ws` },
    },
  }),
  limits: [
    { name: 'weight', scope: 'address', counts: 'weight', limit: 2400, windowMs: minute, window: 'fixed' },
    // The venue's windows are fixed, by its own clock: what keeps to any span keeps to these, whatever the clocks say.
    ...(
      [
        ['orders', 300, 10 * second],
        ['orders by minute', 1200, minute],
      ] as const
    ).map(([name, limit, windowMs]): VenueLimit => ({
      name,
      scope: 'user',
      counts: 'orders',
      limit,
      windowMs,
      window: 'rolling',
      endpoints: ['POST order', 'POST algoOrder'],
    })),
  ],
  symbolParam: 'symbol',
  polls: {
    klines: { method: 'GET', path: 'klines', params: { limit: 99 } },
    tickers: { method: 'GET', path: 'ticker/bookTicker', params: {} },
    marks: { method: 'GET', path: 'premiumIndex', params: {} },
    account: { method: 'GET', path: 'account', params: {} },
  },
  weigh({ method, path, params: list }) {
    const params = list as Raw
    // New orders count in windows of their own, by account.
    if (method === 'POST' && (path === 'order' || path === 'algoOrder')) return 0
    // What changes a setting weighs 1 where reading it weighs 30.
    if (method !== 'GET' && Object.hasOwn(fixed, path)) return 1
    const steps = byLimit[path]
    if (steps !== undefined) {
      const limit = Number(params['limit'] ?? defaultLimit[path])
      return steps.find(([most]) => limit <= most)?.[1] ?? 1
    }
    const pair = bySymbol[path]
    if (pair !== undefined) return params['symbol'] === undefined ? pair[1] : pair[0]
    return fixed[path] ?? 1
  },
  usedWeight(path, headers) {
    // Binance says of this endpoint that its header is not accurate.
    if (path === 'ticker/bookTicker') return undefined
    return numberIn(headers['X-Mbx-Used-Weight-1m'])
  },
  refusal(status, headers) {
    if (status !== 429 && status !== 418) return undefined
    const seconds = numberIn(headers['Retry-After'])
    // Without a word from the venue: the rest of a window, and the shortest ban.
    const closeForMs =
      seconds !== undefined && seconds > 0 ? seconds * second : status === 418 ? 2 * minute : minute
    return { closeForMs, closes: 'address' }
  },
  status: (info) => statuses[String(info['status'])] ?? 'paused',
  underlying: (info) =>
    typeof info['underlyingType'] === 'string' ? info['underlyingType'].toLowerCase() : 'coin',
  deliveryTime(info) {
    const time = Number(info['deliveryDate'])
    return Number.isFinite(time) && time > 0 && time < noDelivery ? time : undefined
  },
  maxMarketQty: (info) => filterValue(info, 'MARKET_LOT_SIZE', 'maxQty'),
  percentPrice: (info) => ({
    up: filterValue(info, 'PERCENT_PRICE', 'multiplierUp'),
    down: filterValue(info, 'PERCENT_PRICE', 'multiplierDown'),
  }),
  maxStops: (info) => filterValue(info, 'MAX_NUM_ALGO_ORDERS', 'limit'),
  tickerUpdateId: (info) => Number(info['lastUpdateId'] ?? 0),
  fetchMarks: async (ask) =>
    toMarks((await ask({ api: 'fapiPublic', method: 'GET', path: 'premiumIndex' })).body),
  // 1,000 weigh 5.
  mostKlines: 1_000,
  lacks: [],
  account: binanceAccount,
  orders: binanceOrders,
  prepare(client) {
    // ccxt picks the error table by the production address; at any other one -2019 would be a nameless error.
    client.getExceptionsByUrl = (_url, kind) => client.exceptions['linear']?.[kind] ?? {}
  },
  useDemo: (client) => client.enableDemoTrading(true),
}

function filterValue(info: Raw, type: string, field: string): string | undefined {
  const filters = Array.isArray(info['filters']) ? (info['filters'] as Raw[]) : []
  const value = filters.find((filter) => filter['filterType'] === type)?.[field]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
