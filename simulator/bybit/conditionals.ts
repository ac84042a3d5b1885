import type { Account, AccountState } from '../account/account.ts'
import { isReached, isWaiting, type Conditional, type ConditionalTicket } from '../account/conditional.ts'
import { fromUnits, type Fixed } from '../account/fixed.ts'
import { readMark } from '../account/marks.ts'
import type { ConditionalType, Side } from '../account/order.ts'
import type { Position } from '../account/position.ts'
import { checkPrice, checkQuantity } from '../binance/check-order.ts'
import { filtersOf } from '../binance/filters.ts'
import type { Listing } from '../core/listing.ts'
import { readPrice } from '../core/prices.ts'
import { BybitError } from './bybit-error.ts'

/** 1 waits for a rise, 2 for a fall. */
export type Direction = 1 | 2

/** What closes a position: at a loss or with a profit. */
export type Kind = 'stopLoss' | 'takeProfit'

/** A stop trades in the direction that it waits for, a take profit against it. */
export function toType(side: Side, direction: Direction, price: Fixed): ConditionalType {
  const isStop = (direction === 1) === (side === 'BUY')
  if (isStop) return price === 0n ? 'STOP_MARKET' : 'STOP'
  return price === 0n ? 'TAKE_PROFIT_MARKET' : 'TAKE_PROFIT'
}

export function directionOf({ type, side }: Pick<ConditionalTicket, 'type' | 'side'>): Direction {
  const isStop = type === 'STOP' || type === 'STOP_MARKET'
  return isStop === (side === 'BUY') ? 1 : 2
}

/** No margin is checked before the trigger. Throws as the venue does. */
export function checkConditional(
  account: Account,
  listing: Listing,
  ticket: ConditionalTicket,
  now: number,
): void {
  checkPrice(listing, ticket.triggerPrice)
  if (ticket.price !== 0n) checkPrice(listing, ticket.price)
  if (!ticket.closePosition) checkQuantity(listing, ticket.quantity, ticket.price === 0n)
  const waiting = [...account.conditionals.values()].filter(
    (each) => isWaiting(each) && each.symbol === listing.symbol,
  )
  if (waiting.length >= filtersOf(listing).maxConditionals)
    throw new BybitError(110009, 'The number of stop orders exceeds the maximum allowable limit')
  const working = readWorking(listing, ticket.workingType, now)
  if (working === undefined || !isReached(ticket, working, working)) return
  if (directionOf(ticket) === 1) throw new BybitError(110092, 'expect Rising, but trigger_price <= current')
  throw new BybitError(110093, 'expect Falling, but trigger_price >= current')
}

/** The price that a trigger is measured by. */
export function readWorking(
  listing: Listing,
  workingType: ConditionalTicket['workingType'],
  now: number,
): Fixed | undefined {
  if (workingType === 'MARK_PRICE') return readMark(listing, now)
  const last = readPrice(listing, now)
  return last && fromUnits(last.price, listing.priceDigits)
}

/** The one of its kind that closes the position. */
export function findWhole(
  { conditionals }: Pick<AccountState, 'conditionals'>,
  { symbol, side }: Position,
  kind: Kind,
): Conditional | undefined {
  return [...conditionals.values()].find(
    (each) =>
      isWaiting(each) &&
      each.ofPosition === true &&
      each.closePosition &&
      each.symbol === symbol &&
      each.positionSide === side &&
      each.type.startsWith('TAKE_PROFIT') === (kind === 'takeProfit'),
  )
}
