import type { Account, AccountState } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { parseFixed, type Fixed } from '../account/fixed.ts'
import { isOpen, type Order, type PositionSide, type Ticket, type TimeInForce } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { checkOrder } from '../binance/check-order.ts'
import type { Listing } from '../core/listing.ts'
import { fromContracts, readInstrument } from './contracts.ts'
import { OkxError } from './okx-error.ts'
import type { Body, Call } from './route.ts'

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

/** POST /api/v5/trade/cancel-order. */
export function cancelOrder(exchange: Exchange, { account, body, now, hits }: Call): Order {
  const order = findOrder(account, body)
  if (order === undefined || !isOpen(order) || hides(hits, now, order)) throw cannotCancel()
  return exchange.cancel(account, order)
}

/** The order that `ordId` or `clOrdId` names; of several with one client id the latest. */
export function findOrder({ orders }: AccountState, { ordId, clOrdId }: Body): Order | undefined {
  const id = ordId ?? ''
  return [...orders.values()].findLast((each) =>
    id === '' ? each.clientId === clOrdId : String(each.id) === id,
  )
}

export function cannotCancel(): OkxError {
  return new OkxError(
    '51400',
    'Cancellation failed as the order has been filled, canceled or does not exist.',
  )
}

/** What every order says, conditional or not. */
export function readCommon(exchange: Exchange, account: Account, body: Body) {
  const listing: Listing = readInstrument(exchange.market, String(body['instId'] ?? ''))
  if (body['tdMode'] !== 'cross') throw new OkxError('51000', 'Parameter tdMode error')
  const positionSide = positionSides[String(body['posSide'] ?? 'net')]
  if (positionSide === undefined || (positionSide === 'BOTH') === account.isHedged)
    throw new OkxError('51000', 'Parameter posSide error')
  const side = body['side'] === 'buy' ? ('BUY' as const) : ('SELL' as const)
  return { listing, common: { symbol: listing.symbol, side, positionSide } }
}

export function readClientId(body: Body, name: string): string {
  const text = String(body[name] ?? '')
  if (text !== '' && !CLIENT_ID.test(text)) throw new OkxError('51000', `Parameter ${name} error`)
  return text
}

export function readDecimal(body: Body, name: string): Fixed {
  const value = parseFixed(String(body[name] ?? ''))
  if (value === undefined) throw new OkxError('51000', `Parameter ${name} error`)
  return value
}

export function isTrue(value: Body[string]): boolean {
  return value === true || value === 'true'
}
