import { binanceOrders } from './binance-orders.ts'
import {
  account,
  balance,
  conditional,
  instrument,
  kline,
  margins,
  marginTypes,
  order,
  risk,
  trade,
} from './binance-row-shapes.ts'
import { channels, publicChannels } from './binance-stream-shapes.ts'
import type { Shape } from './check-shape.ts'
import { textIf, textIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Asked, EndpointShape, PublicRoute, VenueShapes } from './venue-shapes.ts'

const open = (name: string, call: (of: Asked) => Raw, body: Shape): EndpointShape =>
  endpoint('fapiPublic', 'v1', name, call, body)
const signed = (version: 'v1' | 'v2' | 'v3', name: string, call: (of: Asked) => Raw, body: Shape) =>
  endpoint(
    version === 'v1' ? 'fapiPrivate' : `fapiPrivate${version.toUpperCase()}`,
    version,
    name,
    call,
    body,
  )

function endpoint(
  api: string,
  version: string,
  path: string,
  params: (of: Asked) => Raw,
  body: Shape,
): EndpointShape {
  return {
    name: `GET /fapi/${version}/${path}`,
    isPrivate: api !== 'fapiPublic',
    call: (of) => ({ api, method: 'GET', path, params: params(of) }),
    body,
  }
}

const all = () => ({})
const bySymbol = ({ symbol }: Asked) => ({ symbol })
const lately = ({ symbol, now }: Asked) => ({ symbol, startTime: now - 24 * 3_600_000, limit: 50 })
// No order of ours has it.
const nobody = 'sluice-doctor'

const endpoints: readonly EndpointShape[] = [
  open('time', all, { reads: { serverTime: 'ms as number' } }),
  open('exchangeInfo', all, {
    reads: { symbols: { each: instrument } },
    knows: 'timezone serverTime futuresType rateLimits exchangeFilters assets',
  }),
  open('klines', ({ symbol }) => ({ symbol, interval: '1m', limit: 2 }), kline),
  open('ticker/bookTicker', all, {
    each: {
      reads: {
        symbol: 'text',
        bidPrice: 'decimal',
        bidQty: 'decimal',
        askPrice: 'decimal',
        askQty: 'decimal',
        time: 'ms as number',
        lastUpdateId: 'whole number',
      },
    },
  }),
  open('ticker/24hr', bySymbol, {
    reads: { symbol: 'text', quoteVolume: 'decimal' },
    knows: `priceChange priceChangePercent weightedAvgPrice lastPrice lastQty openPrice highPrice lowPrice volume openTime
      closeTime firstId lastId count`,
  }),
  open('premiumIndex', all, {
    each: {
      reads: {
        symbol: 'text',
        markPrice: 'decimal',
        indexPrice: 'decimal',
        // Empty of a contract that is no perpetual.
        lastFundingRate: 'decimal, perhaps empty',
        nextFundingTime: 'ms as number, perhaps 0',
        time: 'ms as number',
      },
      knows: 'estimatedSettlePrice interestRate',
    },
  }),
  signed('v3', 'account', all, account),
  signed('v3', 'balance', all, {
    each: {
      reads: { ...balance.reads, balance: 'decimal', crossUnPnl: 'decimal' },
      // The account tells these.
      may: {
        ...margins,
        walletBalance: 'decimal',
        marginBalance: 'decimal',
        unrealizedProfit: 'decimal',
      },
      knows: `${balance.knows} accountAlias`,
    },
  }),
  signed('v3', 'positionRisk', all, {
    each: {
      reads: { ...risk.reads, ...margins },
      may: { leverage: 'decimal', marginType: marginTypes },
      knows: `${risk.knows} marginAsset positionInitialMargin openOrderInitialMargin adl bidNotional askNotional`,
    },
  }),
  signed('v2', 'positionRisk', bySymbol, {
    each: {
      reads: { ...risk.reads, leverage: 'decimal', marginType: marginTypes },
      may: margins,
      knows: `${risk.knows} maxNotionalValue isAutoAddMargin isolated adlQuantile`,
    },
  }),
  signed('v1', 'accountConfig', all, {
    reads: { dualSidePosition: 'true or false', multiAssetsMargin: 'true or false' },
    may: { canTrade: 'true or false' },
    knows: 'feeTier canDeposit canWithdraw updateTime tradeGroupId',
  }),
  signed('v1', 'income', ({ now }) => ({ startTime: now - 24 * 3_600_000, limit: 50 }), {
    each: {
      reads: {
        incomeType: 'text',
        tranId: 'whole number',
        asset: 'text',
        income: 'decimal',
        time: 'ms as number',
      },
      may: { symbol: 'text, perhaps empty' },
      knows: 'info tradeId',
    },
  }),
  signed('v1', 'symbolConfig', bySymbol, {
    each: {
      reads: {
        symbol: 'text',
        marginType: { words: ['CROSSED', 'ISOLATED'] },
        leverage: 'number',
        maxNotionalValue: 'decimal',
      },
      knows: 'isAutoAddMargin',
    },
  }),
  signed('v1', 'openOrders', bySymbol, { each: order }),
  signed('v1', 'openAlgoOrders', bySymbol, { each: conditional }),
  signed('v1', 'allOrders', lately, { each: order }),
  signed('v1', 'userTrades', lately, { each: trade }),
  {
    ...signed('v1', 'order', ({ symbol }) => ({ symbol, origClientOrderId: nobody }), order),
    absent: binanceOrders.absentCodes,
  },
  {
    ...signed('v1', 'algoOrder', ({ symbol }) => ({ symbol, clientAlgoId: nobody }), conditional),
    absent: binanceOrders.absentCodes,
  },
]

// The old address without a category is silent. https://developers.binance.com/docs/derivatives/usds-margined-futures
const route = (category: string, channel: string, stream: (symbol: string) => string): PublicRoute => ({
  url: (urls) =>
    textIn(toRow(toRow(urls.api, 'the addresses')['ws'], 'the addresses of streams'), 'future').replace(
      /\/ws$/,
      `/${category}/ws`,
    ),
  subscription: (symbol) => ({ method: 'SUBSCRIBE', params: [stream(symbol.toLowerCase())], id: 1 }),
  answers: 1,
  answerOf(message) {
    const { error, id, result } = (message ?? {}) as Raw
    if (error !== undefined) return { refused: textIf(error as Raw, 'msg') ?? JSON.stringify(error) }
    return id !== undefined && result !== undefined
  },
  channels: [channel],
})

/** What is known of Binance USDⓈ-M. */
export const binanceShapes: VenueShapes = {
  endpoints,
  instruments: 'GET /fapi/v1/exchangeInfo',
  symbolIn: (body) =>
    toRows(toRow(body, 'the instruments')['symbols'], 'symbols')
      .filter((row) => row['contractType'] === 'PERPETUAL' && row['status'] === 'TRADING')
      .filter((row) => row['quoteAsset'] === 'USDT' && row['underlyingType'] === 'COIN')
      .flatMap((row) => textIf(row, 'symbol') ?? [])[0],
  channelOf: (message) => textIf((message ?? {}) as Raw, 'e'),
  publicRoutes: [
    route('public', 'bookTicker', (symbol) => `${symbol}@bookTicker`),
    route('market', 'kline', (symbol) => `${symbol}@kline_1m`),
  ],
  publicChannels,
  privateChannels: channels,
}
