import type { Account, AccountState } from '../account/account.ts'
import { isReached, isWaiting, type Conditional, type ConditionalTicket } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { parseFixed, type Fixed } from '../account/fixed.ts'
import { readMark } from '../account/marks.ts'
import { isOpen, type Order, type PositionSide, type Ticket, type TimeInForce } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { checkOrder, checkPrice, checkQuantity } from '../binance/check-order.ts'
import type { Listing } from '../core/listing.ts'
import { fromContracts, readInstrument } from './contracts.ts'
import { OkxError } from './okx-error.ts'
import type { Body, Call } from './route.ts'
import { algoIdOf } from './rows.ts'

const positionSides: Readonly<Record<string, PositionSide>> = { net: 'BOTH', long: 'LONG', short: 'SHORT' }
const timesInForce: Readonly<Record<string, TimeInForce>> = {
  market: 'GTC',
  limit: 'GTC',
  ioc: 'IOC',
  fok: 'FOK',
  post_only: 'GTX',
}
const CLIENT_ID = /^[A-Za-z0-9]{1,32}$/

/** POST /api/v5/trade/order. https://www.okx.com/docs-v5/en/#order-book-trading-trade-post-place-order */
export function placeOrder(exchange: Exchange, { account, body, now }: Call): Order {
  const { listing, common } = readCommon(exchange, account, body)
  const clientId = readClientId(body, 'clOrdId')
  if (clientId !== '' && [...account.openOrders.values()].some((each) => each.clientId === clientId))
    throw new OkxError('51016', 'Client order ID already exists.')
  const timeInForce = timesInForce[String(body['ordType'])]
  if (timeInForce === undefined) throw new OkxError('51000', 'Parameter ordType error')
  const isMarket = body['ordType'] === 'market'
  const ticket: Ticket = {
    ...common,
    clientId,
    type: isMarket ? 'MARKET' : 'LIMIT',
    timeInForce,
    price: isMarket ? 0n : readDecimal(body, 'px'),
    quantity: fromContracts(String(body['sz'] ?? ''), listing),
    reduceOnly: isTrue(body['reduceOnly']),
  }
  return exchange.place(account, listing, checkOrder(exchange, account, listing, ticket, now, 'lot'))
}

/** POST /api/v5/trade/order-algo, of the type `conditional` with a stop loss. */
export function placeAlgo(exchange: Exchange, { account, body, now }: Call): Conditional {
  const { listing, common } = readCommon(exchange, account, body)
  const clientId = readClientId(body, 'algoClOrdId')
  const waiting = [...account.conditionals.values()].filter((each) => isWaiting(each))
  if (clientId !== '' && waiting.some((each) => each.clientId === clientId))
    throw new OkxError('51065', 'algoClOrdId already exists.')
  if (body['ordType'] !== 'conditional') throw new OkxError('51000', 'Parameter ordType error')
  const closePosition = body['closeFraction'] === '1'
  const isReducing = isTrue(body['reduceOnly'])
  if (closePosition && common.positionSide === 'BOTH' && !isReducing)
    throw new OkxError('51328', 'closeFraction is only available for reduceOnly orders.')
  const price = body['slOrdPx'] === '-1' ? 0n : readDecimal(body, 'slOrdPx')
  const ticket: ConditionalTicket = {
    ...common,
    clientId,
    type: price === 0n ? 'STOP_MARKET' : 'STOP',
    timeInForce: 'GTC',
    price,
    quantity: closePosition ? 0n : fromContracts(String(body['sz'] ?? ''), listing),
    triggerPrice: readDecimal(body, 'slTriggerPx'),
    workingType: body['slTriggerPxType'] === 'mark' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
    reduceOnly: isReducing && !closePosition,
    closePosition,
    priceProtect: false,
  }
  checkPrice(listing, ticket.triggerPrice)
  if (!closePosition) checkQuantity(listing, ticket.quantity, price === 0n)
  const mark = readMark(listing, now)
  if (mark !== undefined && isReached(ticket, mark, mark))
    throw ticket.side === 'BUY'
      ? new OkxError('51278', 'SL trigger price cannot be lower than the last price')
      : new OkxError('51280', 'SL trigger price cannot be higher than the last price')
  return exchange.placeConditional(account, ticket)
}

/** POST /api/v5/trade/cancel-order. */
export function cancelOrder(exchange: Exchange, { account, body, now, hits }: Call): Order {
  const order = findOrder(account, body)
  if (order === undefined || !isOpen(order) || hides(hits, now, order))
    throw new OkxError(
      '51400',
      'Cancellation failed as the order has been filled, canceled or does not exist.',
    )
  return exchange.cancel(account, order)
}

/** A row of POST /api/v5/trade/cancel-algos. */
export function cancelAlgo(exchange: Exchange, { account, body, now, hits }: Call): Conditional {
  const found = findAlgo(account, body)
  if (found === undefined || !isWaiting(found) || hides(hits, now, found))
    throw new OkxError(
      '51400',
      'Cancellation failed as the order has been filled, canceled or does not exist.',
    )
  return exchange.cancelConditional(account, found)
}

/** The order that `ordId` or `clOrdId` names; of several with one client id the latest. */
export function findOrder({ orders }: AccountState, { ordId, clOrdId }: Body): Order | undefined {
  const id = ordId ?? ''
  return [...orders.values()].findLast((each) =>
    id === '' ? each.clientId === clOrdId : String(each.id) === id,
  )
}

/** The same of `algoId` or `algoClOrdId`. */
export function findAlgo(
  { conditionals }: AccountState,
  { algoId, algoClOrdId }: Body,
): Conditional | undefined {
  const id = algoId ?? ''
  return [...conditionals.values()].findLast((each) =>
    id === '' ? each.clientId === algoClOrdId : algoIdOf(each) === id,
  )
}

function readCommon(exchange: Exchange, account: Account, body: Body) {
  const listing: Listing = readInstrument(exchange.market, String(body['instId'] ?? ''))
  if (body['tdMode'] !== 'cross') throw new OkxError('51000', 'Parameter tdMode error')
  const positionSide = positionSides[String(body['posSide'] ?? 'net')]
  if (positionSide === undefined || (positionSide === 'BOTH') === account.isHedged)
    throw new OkxError('51000', 'Parameter posSide error')
  const side = body['side'] === 'buy' ? ('BUY' as const) : ('SELL' as const)
  return { listing, common: { symbol: listing.symbol, side, positionSide } }
}

function readClientId(body: Body, name: string): string {
  const text = String(body[name] ?? '')
  if (text !== '' && !CLIENT_ID.test(text)) throw new OkxError('51000', `Parameter ${name} error`)
  return text
}

function readDecimal(body: Body, name: string): Fixed {
  const value = parseFixed(String(body[name] ?? ''))
  if (value === undefined) throw new OkxError('51000', `Parameter ${name} error`)
  return value
}

function isTrue(value: Body[string]): boolean {
  return value === true || value === 'true'
}
