import type { Account } from '../account/account.ts'
import type { Conditional, ConditionalTicket } from '../account/conditional.ts'
import { isWaiting } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { parseFixed, type Fixed } from '../account/fixed.ts'
import { isOpen, type Order, type PositionSide, type Ticket, type TimeInForce } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { checkOrder } from '../binance/check-order.ts'
import { BybitError } from './bybit-error.ts'
import { checkConditional, toType, type Direction } from './conditionals.ts'
import { readSymbol } from './market-routes.ts'
import type { Body, Call } from './route.ts'
import { orderIdOf, stopIdOf } from './rows.ts'

const positionSides: Readonly<Record<string, PositionSide>> = { 0: 'BOTH', 1: 'LONG', 2: 'SHORT' }
const timesInForce: Readonly<Record<string, TimeInForce>> = {
  GTC: 'GTC',
  IOC: 'IOC',
  FOK: 'FOK',
  PostOnly: 'GTX',
}
const noSuchOrder = () => new BybitError(110001, 'order not exists or too late to cancel')

/** POST /v5/order/create. https://bybit-exchange.github.io/docs/v5/order/create-order */
export function createOrder(exchange: Exchange, { account, body, now }: Call) {
  const listing = readSymbol(exchange.market, String(body['symbol']))
  const clientId = typeof body['orderLinkId'] === 'string' ? body['orderLinkId'] : ''
  const isUsed =
    clientId !== '' &&
    ([...account.openOrders.values()].some((each) => each.clientId === clientId) ||
      [...account.conditionals.values()].some((each) => isWaiting(each) && each.clientId === clientId))
  if (isUsed) throw new BybitError(110072, 'OrderLinkedID is duplicate')
  const common = {
    symbol: listing.symbol,
    clientId,
    side: body['side'] === 'Buy' ? ('BUY' as const) : ('SELL' as const),
    positionSide: readSide(account, body),
    timeInForce: timesInForce[String(body['timeInForce'] ?? 'GTC')] ?? 'GTC',
    price: body['orderType'] === 'Market' ? 0n : readDecimal(body, 'price'),
  }
  if (body['triggerPrice'] === undefined) {
    const ticket: Ticket = {
      ...common,
      type: body['orderType'] === 'Market' ? 'MARKET' : 'LIMIT',
      quantity: readDecimal(body, 'qty'),
      reduceOnly: body['reduceOnly'] === true,
    }
    const order = exchange.place(account, listing, checkOrder(exchange, account, listing, ticket, now))
    return { orderId: orderIdOf(order.id), orderLinkId: clientId }
  }
  const ticket = readConditional(body, common)
  checkConditional(account, listing, ticket, now)
  const conditional = exchange.placeConditional(account, ticket)
  return { orderId: stopIdOf(conditional), orderLinkId: clientId }
}

/** POST /v5/order/cancel. */
export function cancelOrder(exchange: Exchange, { account, body, hits, now }: Call) {
  const { order, conditional } = findOne(account, body)
  const found = conditional !== undefined && isWaiting(conditional) ? conditional : order
  if (found === undefined || hides(hits, now, found)) throw noSuchOrder()
  if (found === conditional) exchange.cancelConditional(account, conditional)
  else if (order !== undefined && isOpen(order)) exchange.cancel(account, order)
  else throw noSuchOrder()
  return { orderId: body['orderId'] ?? '', orderLinkId: body['orderLinkId'] ?? '' }
}

/** POST /v5/order/cancel-all. */
export function cancelAll(exchange: Exchange, { account, body }: Call) {
  const isWanted = (each: { symbol: string }) =>
    body['symbol'] === undefined || each.symbol === body['symbol']
  const list: object[] = []
  if (body['orderFilter'] !== 'StopOrder')
    for (const order of account.openOrders.values())
      if (isWanted(order)) list.push({ orderId: orderIdOf(exchange.cancel(account, order).id) })
  if (body['orderFilter'] !== 'Order')
    for (const each of account.conditionals.values())
      if (isWanted(each) && isWaiting(each))
        list.push({ orderId: stopIdOf(exchange.cancelConditional(account, each)) })
  return { list, success: '1' }
}

function findOne(account: Account, body: Body): { order?: Order; conditional?: Conditional } {
  const orders = [...account.orders.values()]
  const conditionals = [...account.conditionals.values()]
  const { orderId, orderLinkId } = body
  const order = orders.findLast((each) =>
    orderId === undefined ? each.clientId === orderLinkId : orderIdOf(each.id) === orderId,
  )
  const conditional = conditionals.findLast((each) =>
    orderId === undefined ? each.clientId === orderLinkId : stopIdOf(each) === orderId,
  )
  return { ...(order === undefined ? {} : { order }), ...(conditional === undefined ? {} : { conditional }) }
}

/** 1 waits for a rise, 2 for a fall. */
function readDirection(body: Body): Direction {
  const direction = Number(body['triggerDirection'])
  if (direction !== 1 && direction !== 2) throw new BybitError(10001, 'TriggerDirection invalid')
  return direction
}

function readConditional(
  body: Body,
  common: Pick<Ticket, 'symbol' | 'clientId' | 'side' | 'positionSide' | 'timeInForce' | 'price'>,
): ConditionalTicket {
  const quantity = readDecimal(body, 'qty')
  const closePosition = quantity === 0n && body['closeOnTrigger'] === true && body['reduceOnly'] === true
  return {
    ...common,
    type: toType(common.side, readDirection(body), common.price),
    quantity,
    triggerPrice: readDecimal(body, 'triggerPrice'),
    workingType: body['triggerBy'] === 'MarkPrice' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
    reduceOnly: body['reduceOnly'] === true && !closePosition,
    closePosition,
    priceProtect: false,
  }
}

/** The side that `positionIdx` names, which must suit the account's mode. */
export function readSide(account: Account, body: Body): PositionSide {
  const side = positionSides[String(body['positionIdx'] ?? 0)]
  if (side === undefined || (side === 'BOTH') === account.isHedged)
    throw new BybitError(10001, 'position idx not match position mode')
  return side
}

/** A decimal that must be there. */
export function readDecimal(body: Body, name: string): Fixed {
  const text = String(body[name] ?? '')
  const value = parseFixed(text)
  if (value === undefined) throw new BybitError(10001, `params error: ${name} invalid`)
  return value
}
