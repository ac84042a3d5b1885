import type { VenueLimit } from '../model/egress-budget.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import { bybitAccount } from './bybit-account.ts'
import { bybitOrders, recvWindowMs } from './bybit-orders.ts'
import { toBybitTickers, toMarks, toQuoteVolumes } from './bybit-market-map.ts'
import { numberIn } from './venue.ts'
import type { Raw } from './raw.ts'
import type { Venue } from './venue.ts'

const second = 1_000
const minute = 60 * second

// By user and second.
const byUser: readonly (readonly [endpoint: string, limit: number])[] = [
  ['GET v5/position/list', 50],
  ['GET v5/account/wallet-balance', 50],
  ['GET v5/order/realtime', 50],
  ['GET v5/order/history', 50],
  ['GET v5/execution/list', 50],
  ['GET v5/account/transaction-log', 50],
  ['GET v5/user/query-api', 10],
  ['GET v5/account/info', 10],
  ['POST v5/order/cancel', 10],
  ['POST v5/order/cancel-all', 10],
  ['POST v5/position/switch-mode', 10],
  ['POST v5/position/set-leverage', 10],
]

export const statuses: Readonly<Record<string, InstrumentStatus>> = {
  Trading: 'trading',
  PreLaunch: 'pending',
  Settling: 'settling',
  Delivering: 'settling',
  Closed: 'delisted',
}
export const underlyings: Readonly<Record<string, string>> = { stock: 'equity', commodity: 'commodity' }

const tickers = {
  api: 'public',
  method: 'GET',
  path: 'v5/market/tickers',
  params: { category: 'linear' },
} as const

/** Bybit linear contracts. Sizes are in the base asset. */
export const bybit: Venue = {
  id: 'bybit',
  module: 'bybit',
  publicApi: 'public',
  options: {
    options: {
      recvWindow: recvWindowMs,
      defaultType: 'swap',
      fetchMarkets: { types: ['linear'] },
      // Else two requests before the first one that is signed ask what kind of account it is.
      enableUnifiedMargin: false,
      enableUnifiedAccount: true,
      unifiedMarginStatus: 6,
    },
    has: { fetchCurrencies: false },
  },
  urls: (http, ws) => ({
    api: {
      public: http,
      private: http,
      ws: {
        public: { linear: `${ws}/v5/public/linear` },
        private: { contract: `${ws}/v5/private` },
      },
    },
  }),
  limits: [
    {
      name: 'requests',
      scope: 'address',
      counts: 'requests',
      limit: 600,
      windowMs: 5 * second,
      window: 'rolling',
    },
    ...byUser.map(([endpoint, limit]): VenueLimit => ({
      name: endpoint.replace(/^GET /, ''),
      scope: 'user',
      counts: 'requests',
      limit,
      windowMs: second,
      window: 'rolling',
      endpoints: [endpoint],
    })),
    {
      name: 'orders',
      scope: 'user',
      counts: 'orders',
      limit: 10,
      windowMs: second,
      window: 'rolling',
      endpoints: ['POST v5/order/create'],
    },
  ],
  symbolParam: 'symbol',
  polls: {
    klines: { method: 'GET', path: 'v5/market/kline', params: {} },
    tickers: { ...tickers, mostPerSecond: 4 },
    marks: { ...tickers, mostPerSecond: 1 },
    account: { method: 'GET', path: 'v5/position/list', params: {} },
  },
  weigh: () => 1,
  usedWeight: () => undefined,
  refusal(status) {
    // 403 is the ban of an address, which ends by itself after ten minutes without a request, or later.
    if (status === 403 || status === 418) return { closeForMs: 10 * minute, closes: 'address' }
    return status === 429 ? { closeForMs: second, closes: 'limits' } : undefined
  },
  refusalIn({ retCode, time }, headers) {
    const code = Number(retCode)
    // The address has had too much, and is not banned yet.
    if (code === 10018) return { closeForMs: 5 * second, closes: 'address' }
    if (code !== 10006 && code !== 10429) return undefined
    const resetAt = numberIn(headers['X-Bapi-Limit-Reset-Timestamp'])
    const leftMs = resetAt === undefined ? second : resetAt - Number(time)
    return { closeForMs: leftMs > 0 && leftMs <= 5 * second ? leftMs : second, closes: 'limits' }
  },
  status: (info) => statuses[String(info['status'])] ?? 'paused',
  underlying: (info) =>
    info['status'] === 'PreLaunch' ? 'premarket' : (underlyings[String(info['symbolType'])] ?? 'coin'),
  deliveryTime(info) {
    const time = Number(info['deliveryTime'])
    return time > 0 ? time : undefined
  },
  maxMarketQty(info) {
    const qty = (info['lotSizeFilter'] as Raw | undefined)?.['maxMktOrderQty']
    return typeof qty === 'string' && qty !== '' ? qty : undefined
  },
  // https://bybit-exchange.github.io/docs/v5/order/create-order: 10 conditional orders in a symbol.
  maxStops: () => '10',
  tickerUpdateId: () => 0,
  fetchTickers: async (ask) => toBybitTickers((await ask(tickers)).body),
  fetchQuoteVolumes: async (ask) => toQuoteVolumes((await ask(tickers)).body),
  fetchMarks: async (ask) => toMarks((await ask(tickers)).body),
  mostKlines: 1_000,
  lacks: ['8h'],
  account: bybitAccount,
  orders: bybitOrders,
  prepare(client) {
    // ccxt takes these for a refusal: the venue is busy, or its answer is not known.
    const exact = client.exceptions['exact']
    if (exact !== undefined)
      for (const code of ['10000', '10016', '10429', '5004']) exact[code] = exact['10006']
  },
  useDemo: (client) => client.enableDemoTrading(true),
}
