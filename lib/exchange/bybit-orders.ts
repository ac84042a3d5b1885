import type { OrderReport, StopReport } from '../model/order-report.ts'
import { VenueRejectedError } from '../model/errors.ts'
import type { OrderToSend, StopToSend } from './order-exchange.ts'
import { pageOf } from './bybit-account-map.ts'
import {
  isOrder,
  isStop,
  isTrade,
  toOrderEvent,
  toOrderReport,
  toStopReport,
  toTradeReport,
} from './bybit-order-map.ts'
import { readBybitPages } from './bybit-pages.ts'
import { textIn, timeIn, toRow } from './raw.ts'
import type { Raw } from './raw.ts'
import { toStandingOrder, toStandingStop } from './standing-order.ts'
import { paramOf } from './venue-id.ts'
import type { VenueOrders } from './venue-orders.ts'
import type { Ask, VenueCall } from './venue-call.ts'

const category = 'linear'
const indexes = { both: 0, long: 1, short: 2 } as const
const noSuchOrder = '110001'
/** Of every signed request: what has not arrived by then is refused. ccxt would give it five seconds. */
export const recvWindowMs = 2_000

/**
 * The order endpoints of Bybit. Sizes are in the base coin. What is placed is answered with its id and no more: that it
 * stands is then known, and all else comes by the stream or is asked for.
 */
export const bybitOrders: VenueOrders = {
  recvWindowMs,
  // 110072, 110030: the id is in use, by this very order if an earlier try was taken.
  unknownCodes: new Set(['10000', '10016', '5004', '110030', '110072']),
  laterCodes: new Set(['10002', '10006', '10018', '10429']),
  absentCodes: new Set([noSuchOrder, '110008', '110010']),
  bandCodes: new Set(['110003']),
  // Price range, and least notional.
  filterCodes: new Set(['110003', '110094']),
  // Others that reduce leave nothing of the position to it, or there is none.
  restingCodes: new Set(['110017']),
  passedCodes: new Set(['110092', '110093']),
  roomCodes: new Set(['110009', '110017']),
  createPath: 'v5/order/create',
  async createOrder(ask, order) {
    const { body } = await ask(post('v5/order/create', toOrderParams(order)))
    return toStandingOrder(order, placedIn(body))
  },
  async createStop(ask, stop) {
    const { body } = await ask(post('v5/order/create', toStopParams(stop)))
    return toStandingStop(stop, placedIn(body))
  },
  cancelOrder: (ask, symbol, clientOrderId) => cancel(ask, symbol, clientOrderId),
  cancelStop: (ask, symbol, clientOrderId) => cancel(ask, symbol, clientOrderId),
  async cancelOrders(ask, symbol) {
    await ask(post('v5/order/cancel-all', { category, symbol, orderFilter: 'Order' }))
  },
  async fetchOrder(ask, symbol, id) {
    const which = 'orderId' in id ? id : paramOf(id.clientOrderId, 'orderLinkId', 'orderId')
    return toOrderReport(await readOne(ask, symbol, which, isOrder))
  },
  async fetchStop(ask, symbol, clientOrderId): Promise<StopReport> {
    const which = paramOf(clientOrderId, 'orderLinkId', 'orderId')
    return toStopReport(await readOne(ask, symbol, which, isStop))
  },
  async fetchOpenOrders(ask, symbol) {
    return (await readOpen(ask, symbol, 'Order')).filter(isOrder).map(toOrderReport)
  },
  async fetchOpenStops(ask, symbol) {
    return (await readOpen(ask, symbol, 'StopOrder')).filter(isStop).map(toStopReport)
  },
  async fetchOrdersSince(ask, symbol, since): Promise<OrderReport[]> {
    const params = { category, symbol, startTime: since, limit: 50 }
    const { rows } = await readBybitPages(ask, { path: 'v5/order/history', params })
    const open = await readOpen(ask, symbol, 'Order')
    const byId = new Map([...open, ...rows].map((row) => [textIn(row, 'orderId'), row]))
    return [...byId.values()]
      .filter((row) => isOrder(row) && timeIn(row, 'createdTime') >= since)
      .toSorted((a, b) => timeIn(a, 'createdTime') - timeIn(b, 'createdTime'))
      .map(toOrderReport)
  },
  async fetchTradesSince(ask, symbol, since) {
    const params = { category, symbol, startTime: since, limit: 100 }
    const { rows } = await readBybitPages(ask, { path: 'v5/execution/list', params })
    return rows.filter(isTrade).toReversed().map(toTradeReport)
  },
  toOrderEvent,
  toStopEvent: (row) => toStopReport(row),
}

async function cancel(ask: Ask, symbol: string, clientOrderId: string): Promise<void> {
  await ask(
    post('v5/order/cancel', { category, symbol, ...paramOf(clientOrderId, 'orderLinkId', 'orderId') }),
  )
}

async function readOpen(
  ask: Ask,
  symbol: string | undefined,
  orderFilter: 'Order' | 'StopOrder',
): Promise<Raw[]> {
  const of = symbol === undefined ? { settleCoin: 'USDT' } : { symbol }
  const params = { category, ...of, orderFilter, limit: 50 }
  return (await readBybitPages(ask, { path: 'v5/order/realtime', params })).rows
}

/** The latest order of an id, among those that live and the last that ended, or else in the history. */
async function readOne(ask: Ask, symbol: string, which: Raw, isWanted: (row: Raw) => boolean): Promise<Raw> {
  for (const path of ['v5/order/realtime', 'v5/order/history']) {
    const { body } = await ask(get(path, { category, symbol, ...which }))
    const rows = pageOf(body, 'orders').rows.filter(isWanted)
    const [latest] = rows.toSorted((a, b) => timeIn(b, 'createdTime') - timeIn(a, 'createdTime'))
    if (latest !== undefined) return latest
  }
  // It answers with an empty list, where others refuse.
  throw new VenueRejectedError('there is no such order', { code: noSuchOrder })
}

function get(path: string, params: Raw): VenueCall {
  return { api: 'private', method: 'GET', path, params }
}

function post(path: string, params: Raw): VenueCall {
  return { api: 'private', method: 'POST', path, params }
}

function placedIn(body: unknown): { orderId: string; time: number } {
  const answer = toRow(body, 'the answer')
  return {
    orderId: textIn(toRow(answer['result'], 'what was placed'), 'orderId'),
    time: timeIn(answer, 'time'),
  }
}

/** The body of POST /v5/order/create for an order of the book. */
export function toOrderParams(order: OrderToSend): Raw {
  const { type, timeInForce, size, price, postOnly } = order
  return {
    ...commonOf(order),
    orderType: type === 'market' ? 'Market' : 'Limit',
    qty: size,
    ...(type === 'limit' ? { price, timeInForce: postOnly ? 'PostOnly' : timeInForce } : {}),
    ...(order.reduceOnly && order.positionSide === 'both' ? { reduceOnly: true } : {}),
  }
}

/**
 * The body of POST /v5/order/create for a conditional one. 0 with `closeOnTrigger` closes whatever is left, up to the
 * largest market order. https://bybit-exchange.github.io/docs/v5/order/create-order
 */
export function toStopParams(stop: StopToSend): Raw {
  const { side, size, triggerPrice } = stop
  return {
    ...commonOf(stop),
    orderType: 'Market',
    qty: size ?? '0',
    triggerPrice,
    // 1 waits for a rise, 2 for a fall.
    triggerDirection: side === 'buy' ? 1 : 2,
    triggerBy: 'MarkPrice',
    reduceOnly: true,
    closeOnTrigger: size === undefined,
  }
}

function commonOf(of: Pick<StopToSend, 'symbol' | 'side' | 'positionSide' | 'clientOrderId'>): Raw {
  return {
    category,
    symbol: of.symbol,
    side: of.side === 'buy' ? 'Buy' : 'Sell',
    positionIdx: indexes[of.positionSide],
    orderLinkId: of.clientOrderId,
  }
}
