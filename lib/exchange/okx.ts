import { mul, toDecimal } from '../model/decimal.ts'
import type { VenueLimit } from '../model/egress-budget.ts'
import type { InstrumentStatus } from '../model/instrument.ts'
import { okxAccount } from './okx-account.ts'
import { deadlineHeaders, okxOrders } from './okx-orders.ts'
import { toMarks, toOkxTickers, toQuoteVolumes } from './okx-market-map.ts'
import type { Venue } from './venue.ts'
import type { RequestWords } from './venue-call.ts'

const second = 1_000
const minute = 60 * second

const byAddress: readonly (readonly [endpoint: string, limit: number])[] = [
  ['GET market/candles', 40],
  ['GET market/history-candles', 20],
  ['GET market/tickers', 20],
  ['GET market/ticker', 20],
  ['GET market/books', 40],
  ['GET public/instruments', 20],
  ['GET public/mark-price', 10],
  ['GET public/funding-rate', 10],
  ['GET public/time', 10],
]
const byUser: readonly (readonly [endpoint: string, limit: number])[] = [
  ['GET account/balance', 10],
  ['GET account/positions', 10],
  ['GET account/config', 5],
  ['GET account/bills-archive', 5],
  ['GET account/leverage-info', 20],
  ['POST account/set-leverage', 20],
  ['POST account/set-position-mode', 5],
  ['GET trade/orders-pending', 60],
  ['GET trade/orders-algo-pending', 20],
  ['GET trade/orders-history', 40],
  ['GET trade/fills', 60],
  ['GET trade/fills-history', 10],
  ['GET trade/order-algo', 20],
]
const byInstrument: readonly (readonly [endpoint: string, limit: number])[] = [
  ['GET trade/order', 60],
  ['POST trade/cancel-order', 60],
  ['POST trade/order-algo', 20],
]

export const statuses: Readonly<Record<string, InstrumentStatus>> = {
  live: 'trading',
  suspend: 'paused',
  preopen: 'pending',
  settling: 'settling',
  expired: 'delisted',
}
// As OKX's pages tell instCategory; no recorded payload has it.
export const underlyings: Readonly<Record<string, string>> = {
  3: 'equity',
  4: 'commodity',
  5: 'forex',
  6: 'bond',
}

/** OKX perpetual swaps. Sizes are in contracts. */
export const okx: Venue = {
  id: 'okx',
  module: 'okx',
  publicApi: 'public',
  options: {
    options: { defaultType: 'swap', fetchMarkets: { types: ['swap'] } },
    has: { fetchCurrencies: false },
  },
  urls: (http, ws) => ({ api: { rest: http, ws: `${ws}/ws/v5` } }),
  limits: [
    ...byAddress.map((each) => toLimit('address', each)),
    ...byUser.map((each) => toLimit('user', each)),
    // Told by the second, unlike the others.
    { ...toLimit('user', ['GET account/bills', 5]), windowMs: second },
    ...byInstrument.map((each) => toLimit('instrument', each)),
    { ...toLimit('instrument', ['POST trade/cancel-batch-orders', 300]), counts: 'cancels' },
    { ...toLimit('user', ['POST trade/cancel-algos', 20]), counts: 'cancels' },
    ...(
      [
        ['orders', 'instrument', 60],
        ['orders of the account', 'user', 1_000],
      ] as const
    ).map(([name, scope, limit]): VenueLimit => ({
      ...toLimit(scope, [name, limit]),
      counts: 'orders',
      endpoints: ['POST trade/order', 'POST trade/batch-orders'],
    })),
  ],
  symbolParam: 'instId',
  polls: {
    klines: get('market/candles'),
    tickers: { ...get('market/tickers'), mostPerSecond: 4 },
    marks: { ...get('public/mark-price'), mostPerSecond: 1 },
    account: get('account/positions'),
  },
  weigh: () => 1,
  signedHeaders: deadlineHeaders,
  usedWeight: () => undefined,
  refusal(status) {
    if (status === 429) return { closeForMs: 2 * second, closes: 'limits' }
    // Not by OKX itself but by what stands before it, which tells no time.
    return status === 403 || status === 418 ? { closeForMs: minute, closes: 'address' } : undefined
  },
  refusalIn({ code }) {
    return code === '50011' || code === '50061' ? { closeForMs: 2 * second, closes: 'limits' } : undefined
  },
  status: ({ state }) => statuses[String(state)] ?? 'paused',
  underlying: ({ ruleType, instCategory }) =>
    ruleType === 'pre_market' ? 'premarket' : (underlyings[String(instCategory)] ?? 'coin'),
  deliveryTime({ expTime }) {
    const time = Number(expTime)
    return time > 0 ? time : undefined
  },
  contractSize({ ctVal, ctMult }) {
    const [value, multiplier] = [toDecimal(ctVal as string), toDecimal(ctMult as string)]
    return value === undefined || multiplier === undefined ? undefined : mul(value, multiplier)
  },
  maxMarketQty: ({ maxMktSz }) => (typeof maxMktSz === 'string' && maxMktSz !== '' ? maxMktSz : undefined),
  tickerUpdateId: () => 0,
  async fetchTickers(ask) {
    return toOkxTickers((await ask({ api: 'public', ...swaps('market/tickers') })).body)
  },
  async fetchQuoteVolumes(ask) {
    return toQuoteVolumes((await ask({ api: 'public', ...swaps('market/tickers') })).body)
  },
  async fetchMarks(ask) {
    const [prices, funding] = await Promise.all([
      ask({ api: 'public', ...swaps('public/mark-price') }),
      ask({ api: 'public', method: 'GET', path: 'public/funding-rate', params: { instId: 'ANY' } }),
    ])
    return toMarks(prices.body, funding.body)
  },
  // What the endpoint of older candles gives for sure.
  mostKlines: 100,
  lacks: ['8h'],
  account: okxAccount,
  orders: okxOrders,
  prepare(client) {
    const exact = client.exceptions['exact']
    if (exact === undefined) return
    // Too many orders are no order that is wrong, and its own failure is none of ours: ccxt has no class for these codes.
    exact['50061'] = exact['50011']
    exact['500'] = exact['50001']
  },
  useDemo: (client) => client.setSandboxMode(true),
}

function toLimit(
  scope: VenueLimit['scope'],
  [endpoint, limit]: readonly [endpoint: string, limit: number],
): VenueLimit {
  return {
    name: endpoint.replace(/^GET /, ''),
    scope,
    counts: 'requests',
    limit,
    windowMs: 2 * second,
    window: 'rolling',
    endpoints: [endpoint],
  }
}

function get(path: string): RequestWords {
  return { method: 'GET', path, params: {} }
}

function swaps(path: string) {
  return { method: 'GET', path, params: { instType: 'SWAP' } } as const
}
