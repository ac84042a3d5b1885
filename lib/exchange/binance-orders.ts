import { toOrderEvent, toOrderReport, toStopEvent, toStopReport, toTradeReport } from './binance-order-map.ts'
import { readBinancePages } from './binance-pages.ts'
import type { OrderToSend, StopToSend } from './order-exchange.ts'
import { toRows } from './raw.ts'
import type { Raw } from './raw.ts'
import type { VenueOrders } from './venue-orders.ts'
import type { VenueCall } from './venue-call.ts'

// Short, because only then is it soon certain that a lost one is lost.
const recvWindow = 2_000

/**
 * The order endpoints of Binance USDⓈ-M. Conditional orders have endpoints and lists of their own since 2025-12-09.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 */
export const binanceOrders: VenueOrders = {
  recvWindowMs: recvWindow,
  // -4116: the id is in use, by this very order if an earlier try was taken.
  unknownCodes: new Set(['-1000', '-1001', '-1006', '-1007', '-4116']),
  laterCodes: new Set(['-1003', '-1008', '-1015', '-1021']),
  absentCodes: new Set(['-2011', '-2013']),
  bandCodes: new Set(['-4131']),
  // Precision, price, lot, notional and percent-price.
  filterCodes: new Set(
    [
      '-1013',
      '-1111',
      '-4001',
      '-4002',
      '-4003',
      '-4004',
      '-4005',
      '-4013',
      '-4014',
      '-4016',
      '-4023',
    ].concat(['-4024', '-4029', '-4030', '-4131', '-4164']),
  ),
  restingCodes: new Set(['-4118']),
  passedCodes: new Set(['-2021']),
  // -2022, -4118: the stops would exceed the position.
  roomCodes: new Set(['-4045', '-2022', '-4118']),
  createPath: 'order',
  async createOrder(ask, order) {
    return toOrderReport((await ask(call('POST', 'order', toOrderParams(order)))).body)
  },
  async createStop(ask, stop) {
    return toStopReport((await ask(call('POST', 'algoOrder', toStopParams(stop)))).body)
  },
  async cancelOrder(ask, symbol, origClientOrderId) {
    await ask(call('DELETE', 'order', { symbol, origClientOrderId, recvWindow }))
  },
  async cancelStop(ask, symbol, clientAlgoId) {
    await ask(call('DELETE', 'algoOrder', { symbol, clientAlgoId, recvWindow }))
  },
  async cancelOrders(ask, symbol) {
    await ask(call('DELETE', 'allOpenOrders', { symbol, recvWindow }))
  },
  async fetchOrder(ask, symbol, id) {
    const which = 'orderId' in id ? id : { origClientOrderId: id.clientOrderId }
    return toOrderReport((await ask(call('GET', 'order', { symbol, ...which }))).body)
  },
  async fetchStop(ask, symbol, clientAlgoId) {
    return toStopReport((await ask(call('GET', 'algoOrder', { symbol, clientAlgoId }))).body)
  },
  async fetchOpenOrders(ask, symbol) {
    const { body } = await ask(call('GET', 'openOrders', symbol === undefined ? {} : { symbol }))
    return toRows(body, 'open orders').map(toOrderReport)
  },
  async fetchOpenStops(ask, symbol) {
    const { body } = await ask(call('GET', 'openAlgoOrders', symbol === undefined ? {} : { symbol }))
    return toRows(body, 'open conditional orders').map(toStopReport)
  },
  async fetchOrdersSince(ask, symbol, startTime) {
    const list = { path: 'allOrders', id: 'orderId', from: 'orderId' }
    return (await readBinancePages(ask, list, { symbol, startTime })).map(toOrderReport)
  },
  async fetchTradesSince(ask, symbol, startTime) {
    const list = { path: 'userTrades', id: 'id', from: 'fromId' }
    return (await readBinancePages(ask, list, { symbol, startTime })).map(toTradeReport)
  },
  toOrderEvent,
  toStopEvent,
}

function call(method: VenueCall['method'], path: string, params: Raw): VenueCall {
  return { api: 'fapiPrivate', method, path, params }
}

function toOrderParams(order: OrderToSend): Raw {
  const { symbol, type, timeInForce, size, price, postOnly } = order
  return {
    symbol,
    ...directionOf(order),
    type: type.toUpperCase(),
    quantity: size,
    ...(type === 'limit' ? { price, timeInForce: postOnly ? 'GTX' : timeInForce } : {}),
    ...(order.reduceOnly && order.positionSide === 'both' ? { reduceOnly: 'true' } : {}),
    newClientOrderId: order.clientOrderId,
    newOrderRespType: 'RESULT',
    recvWindow,
  }
}

function toStopParams(stop: StopToSend): Raw {
  const { symbol, size, triggerPrice, positionSide } = stop
  // A stop that closes all reduces by itself, and in hedge mode every one does by its position side.
  const reduces = size !== undefined && positionSide === 'both'
  return {
    algoType: 'CONDITIONAL',
    symbol,
    ...directionOf(stop),
    type: 'STOP_MARKET',
    triggerPrice,
    workingType: 'MARK_PRICE',
    ...(size === undefined ? { closePosition: 'true' } : { quantity: size }),
    ...(reduces ? { reduceOnly: 'true' } : {}),
    clientAlgoId: stop.clientOrderId,
    recvWindow,
  }
}

function directionOf({ side, positionSide }: Pick<StopToSend, 'side' | 'positionSide'>): Raw {
  return { side: side.toUpperCase(), positionSide: positionSide.toUpperCase() }
}
