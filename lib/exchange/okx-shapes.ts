import type { Shape } from './check-shape.ts'
import { okxOrders } from './okx-orders.ts'
import {
  account,
  accountEvent,
  answer,
  bill,
  candle,
  conditional,
  config,
  fill,
  funding,
  instrument,
  listedOrder,
  mark,
  order,
  orderEvent,
  position,
  positionEvent,
  ticker,
} from './okx-row-shapes.ts'
import { textIf, textIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Asked, EndpointShape, PublicRoute, VenueShapes } from './venue-shapes.ts'

const swaps = { instType: 'SWAP' }
const dayMs = 24 * 3_600_000

const open = (path: string, params: (of: Asked) => Raw, each: Shape) => endpoint('public', path, params, each)
const signed = (path: string, params: (of: Asked) => Raw, each: Shape) =>
  endpoint('private', path, params, each)

function endpoint(
  api: 'public' | 'private',
  path: string,
  params: (of: Asked) => Raw,
  each: Shape,
): EndpointShape {
  return {
    name: `GET /api/v5/${path}`,
    isPrivate: api === 'private',
    call: (of) => ({ api, method: 'GET', path, params: params(of) }),
    body: answer(each),
  }
}

const none = () => ({})
const ofSwaps = () => swaps
const lately = ({ now }: Asked) => ({ ...swaps, begin: now - dayMs, limit: 50 })
const candles = ({ symbol }: Asked) => ({ instId: symbol, bar: '1m', limit: 2 })
// No order of ours has it.
const nobody = 'sluicedoctor'

const endpoints: readonly EndpointShape[] = [
  open('public/time', none, { reads: { ts: 'ms as text' } }),
  open('public/instruments', ofSwaps, instrument),
  open('market/tickers', ofSwaps, ticker),
  open('public/mark-price', ofSwaps, mark),
  open('public/funding-rate', () => ({ instId: 'ANY' }), funding),
  open('market/candles', candles, candle),
  open('market/history-candles', candles, candle),
  signed('account/config', none, config),
  signed('account/balance', none, account),
  signed('account/positions', ofSwaps, position),
  signed('account/bills', lately, bill),
  signed('trade/orders-pending', ofSwaps, listedOrder),
  signed('trade/orders-algo-pending', () => ({ ...swaps, ordType: 'conditional' }), conditional),
  signed('trade/orders-history', lately, listedOrder),
  signed('trade/fills', lately, fill),
  {
    ...signed('trade/order', ({ symbol }) => ({ instId: symbol, clOrdId: nobody }), order),
    absent: okxOrders.absentCodes,
  },
  {
    ...signed('trade/order-algo', () => ({ algoClOrdId: nobody }), conditional),
    absent: okxOrders.absentCodes,
  },
]

/** A message of a channel; beside its rows stands which channel it is. */
function message(each: Shape): Shape {
  return {
    reads: { arg: { reads: { channel: 'text' }, knows: 'instId instType uid' }, data: { each } },
    knows: 'action eventType curPage lastPage',
  }
}

const route = (address: 'public' | 'business', channel: string): PublicRoute => ({
  url: (urls) => `${textIn(toRow(urls.api, 'the addresses'), 'ws')}/${address}`,
  subscription: (instId) => ({ op: 'subscribe', args: [{ channel, instId }] }),
  answers: 1,
  answerOf(told) {
    const { event, msg } = (told ?? {}) as Raw
    return event === 'error' ? { refused: String(msg) } : event === 'subscribe'
  },
  channels: [channel],
})

/** What is known of OKX's perpetual swaps. */
export const okxShapes: VenueShapes = {
  endpoints,
  instruments: 'GET /api/v5/public/instruments',
  symbolIn: (body) =>
    toRows(toRow(body, 'the instruments')['data'], 'instruments')
      .filter((row) => row['settleCcy'] === 'USDT' && row['state'] === 'live')
      .flatMap((row) => textIf(row, 'instId') ?? [])[0],
  channelOf(told) {
    const { arg, data } = (told ?? {}) as Raw
    return data === undefined ? undefined : textIf(toRow(arg, 'arg'), 'channel')
  },
  publicRoutes: [route('public', 'tickers'), route('business', 'candle1m')],
  publicChannels: { tickers: message(ticker), candle1m: message(candle) },
  privateChannels: {
    account: message(accountEvent),
    positions: message(positionEvent),
    orders: message(orderEvent),
    'orders-algo': message(conditional),
  },
}
