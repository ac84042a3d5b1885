import { readPosition, type Account } from '../account/account.ts'
import { type Conditional, type ConditionalTicket } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { formatShort, type Fixed } from '../account/fixed.ts'
import type { Position } from '../account/position.ts'
import type { Listing } from '../core/listing.ts'
import { BybitError, invalidParameter } from './bybit-error.ts'
import {
  checkConditional,
  findWhole,
  readWorking,
  toType,
  type Direction,
  type Kind,
} from './conditionals.ts'
import { readSymbol } from './market-routes.ts'
import { readDecimal, readSide } from './orders.ts'
import type { Call } from './route.ts'

const kinds = {
  stopLoss: { size: 'slSize', triggerBy: 'slTriggerBy', orderType: 'slOrderType', price: 'slLimitPrice' },
  takeProfit: { size: 'tpSize', triggerBy: 'tpTriggerBy', orderType: 'tpOrderType', price: 'tpLimitPrice' },
} as const satisfies Record<Kind, object>

/**
 * POST /v5/position/trading-stop: of a position one stop loss and one take profit that close all of it (Full), which a new
 * one takes the place of and 0 takes away, or more of them for parts (Partial).
 * https://bybit-exchange.github.io/docs/v5/position/trading-stop
 */
export function setTradingStop(exchange: Exchange, call: Call): object {
  const { account, body } = call
  const listing = readSymbol(exchange.market, String(body['symbol']))
  const position = readPosition(account, listing.symbol, readSide(account, body))
  if (position.size === 0n) throw new BybitError(10001, 'can not set tp/sl/ts for zero position')
  const mode = body['tpslMode']
  if (mode !== 'Full' && mode !== 'Partial') throw invalidParameter('tpslMode')
  const wanted = (Object.keys(kinds) as Kind[]).filter((kind) => (body[kind] ?? '') !== '')
  if (wanted.length === 0) throw invalidParameter('stopLoss')
  const plans = wanted.map((kind) => plan(call, listing, position, kind, mode))
  if (plans.every(({ ticket, before }) => isSame(ticket, before))) throw new BybitError(34040, 'not modified')
  for (const { ticket, before } of plans) {
    if (isSame(ticket, before)) continue
    if (before !== undefined) exchange.cancelConditional(account, before)
    if (ticket !== undefined) exchange.placeConditional(account, ticket)
  }
  return {}
}

interface Plan {
  /** undefined takes away what is there */
  readonly ticket: ConditionalTicket | undefined
  /** what it takes the place of */
  readonly before: Conditional | undefined
}

function plan(
  { account, body, now }: Call,
  listing: Listing,
  position: Position,
  kind: Kind,
  mode: 'Full' | 'Partial',
): Plan {
  const names = kinds[kind]
  const isLong = position.size > 0n
  const direction: Direction = (kind === 'takeProfit') === isLong ? 1 : 2
  const side = isLong ? 'SELL' : 'BUY'
  const triggerPrice = readDecimal(body, kind)
  const before = mode === 'Full' ? findWhole(account, position, kind) : undefined
  if (triggerPrice === 0n) return { ticket: undefined, before }
  const isLimit = mode === 'Partial' && body[names.orderType] === 'Limit'
  const price = isLimit ? readDecimal(body, names.price) : 0n
  const ticket: ConditionalTicket = {
    clientId: '',
    symbol: listing.symbol,
    side,
    positionSide: position.side,
    type: toType(side, direction, price),
    timeInForce: 'GTC',
    quantity: mode === 'Full' ? 0n : readDecimal(body, names.size),
    price,
    triggerPrice,
    workingType: body[names.triggerBy] === 'MarkPrice' ? 'MARK_PRICE' : 'CONTRACT_PRICE',
    reduceOnly: mode === 'Partial',
    closePosition: mode === 'Full',
    ofPosition: true,
    priceProtect: false,
  }
  checkSide(listing, ticket, kind, now)
  if (!isSame(ticket, before)) checkConditional(without(account, before), listing, ticket, now)
  return { ticket, before }
}

/** The account as if what is replaced were gone already. */
function without(account: Account, before: Conditional | undefined): Account {
  if (before === undefined) return account
  const conditionals = new Map([...account.conditionals].filter(([id]) => id !== before.id))
  return { ...account, conditionals }
}

function isSame(ticket: ConditionalTicket | undefined, before: Conditional | undefined): boolean {
  if (ticket === undefined || before === undefined) return ticket === before
  return ticket.triggerPrice === before.triggerPrice && ticket.workingType === before.workingType
}

/** A stop loss stands on the losing side of the price, a take profit on the winning one. */
function checkSide(listing: Listing, ticket: ConditionalTicket, kind: Kind, now: number): void {
  const base = readWorking(listing, ticket.workingType, now)
  if (base === undefined) return
  const isLong = ticket.side === 'SELL'
  const isHigher = (kind === 'takeProfit') === isLong
  if (isHigher ? ticket.triggerPrice > base : ticket.triggerPrice < base) return
  const [name, than] = [kind === 'stopLoss' ? 'StopLoss' : 'TakeProfit', isHigher ? 'higher' : 'lower']
  const by = ticket.workingType === 'MARK_PRICE' ? 'MarkPrice' : 'LastPrice'
  const [price, current] = [ticket.triggerPrice, base].map((each: Fixed) => formatShort(each))
  const message = `${name}:${price} set for ${isLong ? 'Buy' : 'Sell'} position should be ${than} than base_price:${current}??${by}`
  throw new BybitError(10001, message)
}
