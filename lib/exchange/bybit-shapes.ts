import {
  accountInfo,
  answer,
  execution,
  executionEvent,
  instrument,
  kline,
  list,
  logEntry,
  order,
  orderEvent,
  page,
  position,
  positionEvent,
  streamKline,
  ticker,
  tickerChange,
  timedAnswer,
  wallet,
  walletEvent,
} from './bybit-row-shapes.ts'
import type { Shape } from './check-shape.ts'
import { textIf, textIn, toRow, toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { Asked, EndpointShape, PublicRoute, VenueShapes } from './venue-shapes.ts'

const category = 'linear'
const dayMs = 24 * 3_600_000

const open = (path: string, params: (of: Asked) => Raw, body: Shape) => endpoint('public', path, params, body)
const signed = (path: string, params: (of: Asked) => Raw, body: Shape) =>
  endpoint('private', path, params, body)

function endpoint(
  api: 'public' | 'private',
  path: string,
  params: (of: Asked) => Raw,
  body: Shape,
): EndpointShape {
  return {
    name: `GET /${path}`,
    isPrivate: api === 'private',
    call: (of) => ({ api, method: 'GET', path, params: params(of) }),
    body,
  }
}

const all = () => ({ category })
const inUsdt = () => ({ category, settleCoin: 'USDT', limit: 50 })
const lately = ({ symbol, now }: Asked) => ({ category, symbol, startTime: now - dayMs, limit: 50 })

const endpoints: readonly EndpointShape[] = [
  open('v5/market/time', () => ({}), {
    reads: { retCode: { words: ['0'] }, time: 'ms as number' },
    knows: 'retMsg retExtInfo result',
  }),
  open('v5/market/instruments-info', () => ({ category, limit: 1_000 }), answer(page(instrument))),
  {
    ...open(
      'v5/market/instruments-info',
      () => ({ category, status: 'PreLaunch' }),
      answer(page(instrument)),
    ),
    name: 'GET /v5/market/instruments-info PreLaunch',
  },
  open('v5/market/tickers', all, timedAnswer(list(ticker))),
  open(
    'v5/market/kline',
    ({ symbol }) => ({ category, symbol, interval: '1', limit: 2 }),
    answer(list(kline, 'symbol')),
  ),
  signed('v5/account/info', () => ({}), answer(accountInfo)),
  signed('v5/account/wallet-balance', () => ({ accountType: 'UNIFIED' }), timedAnswer(page(wallet))),
  signed('v5/position/list', ({ symbol }) => ({ category, symbol }), answer(page(position))),
  signed(
    'v5/account/transaction-log',
    ({ now }) => ({ accountType: 'UNIFIED', startTime: now - dayMs, endTime: now, limit: 50 }),
    answer(page(logEntry)),
  ),
  signed('v5/order/realtime', inUsdt, answer(page(order))),
  signed('v5/order/history', lately, answer(page(order))),
  signed('v5/execution/list', lately, answer(page(execution))),
]

/** A message of a private topic. */
function event(each: Shape): Shape {
  return { reads: { topic: 'text', creationTime: 'ms as number', data: { each } }, knows: 'id' }
}

const route = (topic: string, channel: string): PublicRoute => ({
  url(urls) {
    const streams = toRow(toRow(urls.api, 'the addresses')['ws'], 'the addresses of streams')
    return textIn(toRow(streams['public'], 'the addresses of public streams'), 'linear').replace(
      '{hostname}',
      'bybit.com',
    )
  },
  subscription: (symbol) => ({ op: 'subscribe', args: [`${topic}.${symbol}`] }),
  answers: 1,
  answerOf(told) {
    const { op, success, ret_msg } = (told ?? {}) as Raw
    return success === false ? { refused: String(ret_msg) } : op === 'subscribe'
  },
  channels: [channel],
})

/** What is known of Bybit's linear contracts. */
export const bybitShapes: VenueShapes = {
  endpoints,
  instruments: 'GET /v5/market/instruments-info',
  symbolIn: (body) =>
    toRows(toRow(toRow(body, 'the instruments')['result'], 'the instruments')['list'], 'instruments')
      .filter((row) => row['contractType'] === 'LinearPerpetual' && row['status'] === 'Trading')
      .filter((row) => row['quoteCoin'] === 'USDT' && row['symbolType'] === '')
      .flatMap((row) => textIf(row, 'symbol') ?? [])[0],
  channelOf(told) {
    const row = (told ?? {}) as Raw
    const topic = textIf(row, 'topic')?.split('.')[0]
    return topic === 'tickers' && row['type'] === 'delta' ? 'tickers, changed' : topic
  },
  publicRoutes: [route('tickers', 'tickers'), route('kline.1', 'kline')],
  publicChannels: {
    tickers: { reads: { topic: 'text', ts: 'ms as number', data: ticker }, knows: 'type cs' },
    'tickers, changed': {
      reads: { topic: 'text', ts: 'ms as number', data: tickerChange },
      knows: 'type cs',
    },
    kline: {
      reads: { topic: 'text', ts: 'ms as number', data: { each: streamKline } },
      knows: 'type',
    },
  },
  privateChannels: {
    position: event(positionEvent),
    wallet: event(walletEvent),
    order: event(orderEvent),
    execution: event(executionEvent),
  },
}
