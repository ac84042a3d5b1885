import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { isOpen, type Order, type Ticket } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import type { Listing } from '../core/listing.ts'
import { checkOrder } from './check-order.ts'
import { findOrder, readNumbers } from './find-order.ts'
import { digitsOf, toOrderRow, toQueriedRow } from './order-rows.ts'
import { readOptionalSymbol, readSymbol } from './parameters.ts'
import {
  duplicateId,
  readClientId,
  readDecimal,
  readTimeInForce,
  readWanted,
  type Wanted,
} from './read-ticket.ts'
import { RequestError, invalidParameter, missingParameter, unneededParameter } from './request-error.ts'
import { weighing, weighingSymbol, type AccountRoute, type Call, type Routes } from './route.ts'

const CONDITIONAL = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET']
const MOST_IN_BATCH = 5
const MOST_CANCELLED = 10
const one = () => 1

/** Placing, cancelling and listing orders. https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api */
export function toOrderRoutes(exchange: Exchange): Routes {
  const { listings } = exchange.market

  function row(order: Order) {
    return toOrderRow(order, digitsOf(listings.get(order.symbol)))
  }

  function place(call: Call, parameters: URLSearchParams) {
    const listing = readSymbol(parameters, exchange.market)
    const ticket = readTicket(parameters, call.account, listing, call.now)
    const checked = checkOrder(exchange, call.account, listing, ticket, call.now)
    const order = exchange.place(call.account, listing, checked)
    if (parameters.get('newOrderRespType') === 'RESULT') return row(order)
    return row({ ...order, status: 'NEW', filled: 0n, value: 0n, updateTime: order.time })
  }

  function cancel(call: Call, parameters: URLSearchParams) {
    const { symbol } = readSymbol(parameters, exchange.market)
    const order = findOrder(call.account, symbol, parameters)
    if (order === undefined || !isOpen(order) || hides(call.hits, call.now, order)) {
      throw new RequestError(-2011, 'Unknown order sent.')
    }
    return row(exchange.cancel(call.account, order))
  }

  const routes: Record<string, AccountRoute> = {
    'POST /fapi/v1/order': {
      ...signed(weighing(0), (call) => place(call, call.parameters)),
      orders: one,
      needsTrading: true,
    },
    'POST /fapi/v1/order/test': {
      ...signed(weighing(0), (call) => {
        const listing = readSymbol(call.parameters, exchange.market)
        const ticket = readTicket(call.parameters, call.account, listing, call.now)
        checkOrder(exchange, call.account, listing, ticket, call.now)
        return {}
      }),
      needsTrading: true,
    },
    'POST /fapi/v1/batchOrders': {
      ...signed(weighing(5), (call) =>
        readBatch(call.parameters).map((each) => orRefusal(() => place(call, each))),
      ),
      orders: (parameters) => readBatch(parameters).length,
      needsTrading: true,
    },
    'DELETE /fapi/v1/order': {
      ...signed(weighing(1), (call) => cancel(call, call.parameters)),
      needsTrading: true,
    },
    'DELETE /fapi/v1/batchOrders': {
      ...signed(weighing(1), (call) =>
        readCancels(call.parameters).map((each) => orRefusal(() => cancel(call, each))),
      ),
      needsTrading: true,
    },
    'DELETE /fapi/v1/allOpenOrders': {
      ...signed(weighing(1), (call) => {
        const { symbol } = readSymbol(call.parameters, exchange.market)
        for (const order of call.account.openOrders.values()) {
          if (order.symbol === symbol) exchange.cancel(call.account, order)
        }
        return { code: 200, msg: 'The operation of cancel all open order is done.' }
      }),
      needsTrading: true,
    },
    'GET /fapi/v1/order': signed(weighing(1), (call) => {
      const { symbol } = readSymbol(call.parameters, exchange.market)
      const order = findOrder(call.state, symbol, call.parameters)
      if (order === undefined || hides(call.hits, call.now, order))
        throw new RequestError(-2013, 'Order does not exist.')
      return toQueriedRow(order, digitsOf(listings.get(symbol)))
    }),
    'GET /fapi/v1/openOrder': signed(weighing(1), (call) => {
      const { symbol } = readSymbol(call.parameters, exchange.market)
      const order = findOrder({ ...call.state, orders: call.state.openOrders }, symbol, call.parameters)
      if (order === undefined || hides(call.hits, call.now, order))
        throw new RequestError(-2013, 'Order does not exist.')
      return toQueriedRow(order, digitsOf(listings.get(symbol)))
    }),
    'GET /fapi/v1/openOrders': signed(weighingSymbol(1, 40), (call) => {
      const symbol = readOptionalSymbol(call.parameters, exchange.market)?.symbol
      return [...call.state.openOrders.values()]
        .filter((order) => symbol === undefined || order.symbol === symbol)
        .map((order) => toQueriedRow(order, digitsOf(listings.get(order.symbol))))
    }),
    'GET /fapi/v1/allOrders': signed(weighing(5), (call) => {
      const { symbol } = readSymbol(call.parameters, exchange.market)
      const { orderId, from, to, limit } = readNumbers(call.parameters, 500, 1000)
      const found = [...call.state.orders.values()].filter(
        (order) =>
          order.symbol === symbol &&
          (orderId === undefined || order.id >= orderId) &&
          (from === undefined || order.time >= from) &&
          (to === undefined || order.time <= to),
      )
      const isOnwards = orderId !== undefined || from !== undefined
      const rows = isOnwards ? found.slice(0, limit) : found.slice(-limit)
      return rows.map((order) => toQueriedRow(order, digitsOf(listings.get(symbol))))
    }),
  }
  return Object.entries(routes)
}

export function signed(weigh: AccountRoute['weigh'], answer: AccountRoute['answer']): AccountRoute {
  return { access: 'signed', weigh, answer }
}

function readTicket(parameters: URLSearchParams, account: Account, listing: Listing, now: number): Ticket {
  const wanted = readWanted(parameters, account.isHedged)
  if (CONDITIONAL.includes(wanted.type)) {
    const message =
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.'
    throw new RequestError(-4120, message)
  }
  if (wanted.type !== 'LIMIT' && wanted.type !== 'MARKET') throw new RequestError(-1116, 'Invalid orderType.')
  if (parameters.get('closePosition') === 'true') {
    throw new RequestError(-4136, `Target strategy invalid for orderType ${wanted.type},closePosition true`)
  }
  const { type } = wanted
  if (type === 'MARKET' && (parameters.get('price') ?? '') !== '') throw unneededParameter('price')
  const clientId = readClientId(parameters, 'newClientOrderId', now + account.orders.size)
  for (const order of account.openOrders.values()) if (order.clientId === clientId) throw duplicateId()
  return {
    ...pick(wanted),
    symbol: listing.symbol,
    type,
    timeInForce: type === 'LIMIT' ? readTimeInForce(parameters) : 'GTC',
    quantity: readDecimal(parameters, 'quantity'),
    price: type === 'LIMIT' ? readDecimal(parameters, 'price') : 0n,
    clientId,
  }
}

function pick({ side, positionSide, reduceOnly }: Wanted) {
  return { side, positionSide, reduceOnly }
}

/** A refusal within a batch is a row of it. */
function orRefusal(run: () => object): object {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { code: error.code, msg: error.message }
  }
}

function readBatch(parameters: URLSearchParams): URLSearchParams[] {
  const rows = readList(parameters, 'batchOrders', MOST_IN_BATCH)
  return rows.map((row) => {
    if (typeof row !== 'object' || row === null) throw invalidParameter('batchOrders')
    const entries = Object.entries(row).map(([name, value]): [string, string] => [name, String(value)])
    return new URLSearchParams(entries)
  })
}

function readCancels(parameters: URLSearchParams): URLSearchParams[] {
  const symbol = parameters.get('symbol') ?? ''
  const [name, given] = parameters.has('orderIdList')
    ? ['orderId', 'orderIdList']
    : ['origClientOrderId', 'origClientOrderIdList']
  // Ids beyond 2^53 must not go through JSON.parse as numbers.
  const text = (parameters.get(given) ?? '').replaceAll(/(?<=[[,]\s*)(\d+)(?=\s*[,\]])/g, '"$1"')
  const ids = readList(new URLSearchParams({ [given]: text }), given, MOST_CANCELLED)
  return ids.map((id) => new URLSearchParams({ symbol, [name]: String(id) }))
}

function readList(parameters: URLSearchParams, name: string, most: number): unknown[] {
  const text = parameters.get(name) ?? ''
  if (text === '') throw missingParameter(name)
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    throw invalidParameter(name)
  }
  if (!Array.isArray(list) || list.length > most) throw invalidParameter(name)
  return list as unknown[]
}
