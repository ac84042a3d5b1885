import type { OrderToSend, StopToSend } from './order-exchange.ts'
import { dataOf, isFollowed } from './okx-account-map.ts'
import { toOrderEvent, toOrderReport, toStopReport, toTradeReport } from './okx-order-map.ts'
import { readOkxPages } from './okx-pages.ts'
import { UnreadableAnswer, textIn, timeIf, timeIn } from './raw.ts'
import type { Raw } from './raw.ts'
import { toStandingOrder, toStandingStop } from './standing-order.ts'
import { paramOf } from './venue-id.ts'
import type { VenueOrders } from './venue-orders.ts'
import type { Ask, RequestWords, VenueCall } from './venue-call.ts'

const swaps = { instType: 'SWAP' }
// The venue keeps margin modes apart for each order; all of ours are in cross margin.
const tdMode = 'cross'
const mostCancels = 20
const recvWindowMs = 2_000
const endpointsWithDeadline: ReadonlySet<string> = new Set(['trade/order', 'trade/batch-orders'])

/**
 * The last moment at which the venue may begin with a new order that was signed at `at`, as a header.
 * https://www.okx.com/docs-v5/en/#overview-transaction-timeouts
 */
export function deadlineHeaders({ method, path }: RequestWords, at: number): Record<string, string> {
  const hasOne = method === 'POST' && endpointsWithDeadline.has(path)
  return hasOne ? { expTime: String(at + recvWindowMs) } : {}
}

/**
 * The order endpoints of OKX. Sizes are in contracts. What is placed is answered with its id and no more: that it stands
 * is then known, and all else comes by the stream or is asked for.
 */
export const okxOrders: VenueOrders = {
  recvWindowMs,
  // There is no deadline of one's own for these, and a signed request is refused 30 s after its time.
  // https://www.okx.com/docs-v5/en/#overview-rest-authentication
  stopWindowMs: 30_000,
  // 51149: it was too late for it; 51016, 51065: the id is in use, by this very order if an earlier try was taken. 1: all failed, and why is not told.
  unknownCodes: new Set(['1', '2', '500', '50004', '50026', '51016', '51065', '51149']),
  laterCodes: new Set(['50011', '50040', '50061', '50102']),
  absentCodes: new Set(['51400', '51401', '51402', '51603']),
  bandCodes: new Set(['51006', '51135', '51136', '51137', '51138']),
  // Price limits, least and most size, lot and tick.
  filterCodes: new Set(['51006', '51020', '51120', '51121', '51202', '51135', '51136', '51137', '51138']),
  restingCodes: new Set(['51112', '51115', '51117', '51205']),
  passedCodes: new Set(['51278', '51280']),
  // Others that reduce hold the position.
  roomCodes: new Set(['51112', '51115', '51117', '51205']),
  createPath: 'trade/order',
  async createOrder(ask, order) {
    const { body } = await ask(post('trade/order', toOrderParams(order)))
    const row = placedIn(body)
    return toStandingOrder(order, { orderId: textIn(row, 'ordId'), time: timeOf(body, row) })
  },
  async createStop(ask, stop) {
    const { body, askedAt } = await ask(post('trade/order-algo', toStopParams(stop)))
    const row = placedIn(body)
    // Its answer has no time of the venue's.
    return toStandingStop(stop, { orderId: textIn(row, 'algoId'), time: timeIf(row, 'ts') ?? askedAt })
  },
  async cancelOrder(ask, symbol, clientOrderId) {
    const which = paramOf(clientOrderId, 'clOrdId', 'ordId')
    await ask(post('trade/cancel-order', { instId: symbol, ...which }))
  },
  async cancelStop(ask, symbol, clientOrderId) {
    const which = paramOf(clientOrderId, 'algoClOrdId', 'algoId')
    await ask(post('trade/cancel-algos', [{ instId: symbol, ...which }]))
  },
  // There is no request that ends all of them.
  async cancelOrders(ask, symbol) {
    const rows = await readPending(ask, symbol)
    const orders = rows.map((row) => ({ instId: symbol, ordId: textIn(row, 'ordId') }))
    for (let i = 0; i < orders.length; i += mostCancels)
      await ask(post('trade/cancel-batch-orders', orders.slice(i, i + mostCancels)))
  },
  async fetchOrder(ask, symbol, id) {
    const which = 'orderId' in id ? { ordId: id.orderId } : paramOf(id.clientOrderId, 'clOrdId', 'ordId')
    const { body } = await ask(get('trade/order', { instId: symbol, ...which }))
    return toOrderReport(onlyOf(body, 'an order'))
  },
  async fetchStop(ask, _symbol, clientOrderId) {
    const { body } = await ask(get('trade/order-algo', paramOf(clientOrderId, 'algoClOrdId', 'algoId')))
    return toStopReport(onlyOf(body, 'a conditional order'))
  },
  async fetchOpenOrders(ask, symbol) {
    return (await readPending(ask, symbol)).map(toOrderReport)
  },
  async fetchOpenStops(ask, symbol) {
    const params = { ...swaps, ordType: 'conditional', ...(symbol === undefined ? {} : { instId: symbol }) }
    const rows = await readOkxPages(ask, { path: 'trade/orders-algo-pending', params, id: 'algoId' })
    return rows.filter(isFollowed).map(toStopReport)
  },
  async fetchOrdersSince(ask, symbol, since) {
    const params = { ...swaps, instId: symbol, begin: since }
    const ended = await readOkxPages(ask, { path: 'trade/orders-history', params, id: 'ordId' })
    const rows = [...ended, ...(await readPending(ask, symbol))]
    const byId = new Map(rows.map((row) => [textIn(row, 'ordId'), row]))
    return [...byId.values()]
      .filter((row) => timeIn(row, 'cTime') >= since)
      .toSorted((a, b) => timeIn(a, 'cTime') - timeIn(b, 'cTime'))
      .map(toOrderReport)
  },
  async fetchTradesSince(ask, symbol, since) {
    const params = { ...swaps, instId: symbol, begin: since }
    const rows = await readOkxPages(ask, { path: 'trade/fills', params, id: 'billId' })
    return rows.toReversed().map(toTradeReport)
  },
  toOrderEvent,
  toStopEvent: (row) => toStopReport(row),
}

async function readPending(ask: Ask, symbol: string | undefined): Promise<Raw[]> {
  const params = symbol === undefined ? swaps : { ...swaps, instId: symbol }
  const rows = await readOkxPages(ask, { path: 'trade/orders-pending', params, id: 'ordId' })
  return rows.filter(isFollowed)
}

function get(path: string, params: Raw): VenueCall {
  return { api: 'private', method: 'GET', path, params }
}

function post(path: string, params: Raw | readonly Raw[]): VenueCall {
  return { api: 'private', method: 'POST', path, params }
}

function placedIn(body: unknown): Raw {
  return onlyOf(body, 'what was placed')
}

function onlyOf(body: unknown, what: string): Raw {
  const [row] = dataOf(body, what)
  if (row === undefined) throw new UnreadableAnswer(`${what} must be one row, there was none`)
  return row
}

// `inTime`, in µs, is there in every answer to an order.
function timeOf(body: unknown, row: Raw): number {
  return timeIf(row, 'ts') ?? Math.floor(timeIn(body as Raw, 'inTime') / 1_000)
}

/** The body of POST /api/v5/trade/order. */
export function toOrderParams(order: OrderToSend): Raw {
  const { symbol, type, timeInForce, size, price, postOnly } = order
  const limit = postOnly ? 'post_only' : timeInForce === 'GTC' ? 'limit' : timeInForce.toLowerCase()
  return {
    instId: symbol,
    tdMode,
    ...directionOf(order),
    ordType: type === 'market' ? 'market' : limit,
    sz: size,
    ...(type === 'limit' ? { px: price } : {}),
    ...(order.reduceOnly && order.positionSide === 'both' ? { reduceOnly: true } : {}),
    clOrdId: order.clientOrderId,
  }
}

/** The body of POST /api/v5/trade/order-algo. */
export function toStopParams(stop: StopToSend): Raw {
  const { symbol, size, triggerPrice, positionSide, clientOrderId } = stop
  return {
    instId: symbol,
    tdMode,
    ...directionOf(stop),
    ordType: 'conditional',
    slTriggerPx: triggerPrice,
    slOrdPx: '-1',
    slTriggerPxType: 'mark',
    ...(size === undefined ? { closeFraction: '1' } : { sz: size }),
    ...(positionSide === 'both' ? { reduceOnly: true } : {}),
    algoClOrdId: clientOrderId,
    // Left out, ccxt puts in one of its own, and a tag.
    clOrdId: clientOrderId,
  }
}

function directionOf({ side, positionSide }: Pick<StopToSend, 'side' | 'positionSide'>): Raw {
  return { side, posSide: positionSide === 'both' ? 'net' : positionSide }
}
