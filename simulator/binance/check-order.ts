import { readLeverage, readPosition, type Account } from '../account/account.ts'
import { mostNotional } from '../account/brackets.ts'
import type { Exchange } from '../account/exchange.ts'
import { ONE, absolute, formatShort, greatest, over, times, type Fixed } from '../account/fixed.ts'
import { assetOf, feeRates } from '../account/ledger.ts'
import { marginOfAsset, marginOfPosition } from '../account/margin.ts'
import { readMark } from '../account/marks.ts'
import type { PositionSide, Side, Ticket } from '../account/order.ts'
import { reduces, restingReduction } from '../account/reduce-only.ts'
import { readBest, takeBook } from '../account/take-book.ts'
import type { Listing } from '../core/listing.ts'
import { filtersOf, percentPrice } from './filters.ts'
import { tooPrecise } from './read-ticket.ts'
import { RequestError } from './request-error.ts'

/**
 * The ticket as it may be placed: a reduce-only one is cut to the position. `least` is what the smallest order is measured
 * by, beside the lot. Throws RequestError.
 */
export function checkOrder(
  exchange: Exchange,
  account: Account,
  listing: Listing,
  ticket: Ticket,
  now: number,
  least: 'notional' | 'lot' = 'notional',
): Ticket {
  const isReducing = reduces(ticket)
  checkStatus(listing, isReducing)
  checkQuantity(listing, ticket.quantity, ticket.type === 'MARKET')
  if (ticket.type === 'LIMIT') checkPrice(listing, ticket.price)
  const mark = readMark(listing, now)
  const best = readBest(listing, ticket.side, now, exchange.clock)
  if (mark === undefined || best === undefined) {
    throw new RequestError(-4131, 'The counterparty best price does not meet the PERCENT_PRICE filter limit')
  }
  checkBand(ticket, mark, best)
  if (!isReducing && least === 'notional')
    checkNotional(listing, times(ticket.quantity, ticket.type === 'LIMIT' ? ticket.price : mark))
  const open = [...account.openOrders.values()].filter((each) => each.symbol === listing.symbol)
  if (open.length >= filtersOf(listing).maxOrders)
    throw new RequestError(-2025, 'Reach max open order limit.')
  const fitting = isReducing ? { ...ticket, quantity: toReducible(account, ticket) } : ticket
  if (!isReducing) checkMargin(exchange, account, listing, ticket, best, mark, now)
  checkBook(exchange, listing, fitting, now)
  return fitting
}

/** Opening needs a trading symbol. */
export function checkStatus(listing: Listing, isReducing: boolean): void {
  if (listing.status === 'TRADING' || (isReducing && listing.status === 'PRE_SETTLE')) return
  throw new RequestError(-4140, 'Invalid symbol status for opening position.')
}

export function checkQuantity(listing: Listing, quantity: Fixed, isMarket: boolean): void {
  const { lot, maxQuantity, maxMarketQuantity } = filtersOf(listing)
  if (quantity <= 0n) throw new RequestError(-4003, 'Quantity less than or equal to zero.')
  if (quantity % lot !== 0n) throw tooPrecise()
  if (quantity > (isMarket ? maxMarketQuantity : maxQuantity)) {
    throw new RequestError(-4005, 'Quantity greater than max quantity.')
  }
}

export function checkPrice(listing: Listing, price: Fixed): void {
  const { tick, minPrice, maxPrice } = filtersOf(listing)
  if (price <= 0n) throw new RequestError(-4001, 'Price less than 0.')
  if (price % tick !== 0n) throw new RequestError(-4014, 'Price not increased by tick size.')
  if (price > maxPrice) throw new RequestError(-4002, 'Price greater than max price.')
  if (price < minPrice) throw new RequestError(-4013, 'Price less than min price.')
}

function checkBand(ticket: Ticket, mark: Fixed, best: Fixed): void {
  const [top, bottom] = [times(mark, percentPrice.up), times(mark, percentPrice.down)]
  const isBuy = ticket.side === 'BUY'
  if (ticket.type === 'MARKET') {
    if (isBuy ? best <= top : best >= bottom) return
    throw new RequestError(
      -4131,
      "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
    )
  }
  if (isBuy && ticket.price > top) {
    throw new RequestError(-4016, `Limit price can't be higher than ${formatShort(top)}.`)
  }
  if (!isBuy && ticket.price < bottom) {
    throw new RequestError(-4024, `Limit price can't be lower than ${formatShort(bottom)}.`)
  }
}

function checkNotional(listing: Listing, notional: Fixed): void {
  const { minNotional } = filtersOf(listing)
  if (notional >= minNotional) return
  throw new RequestError(
    -4164,
    `Order's notional must be no smaller than ${formatShort(minNotional)} (unless you choose reduce only).`,
  )
}

/** How much of a reducing order the position has room for beside the ones that rest already. */
export function toReducible(
  account: Account,
  ticket: Pick<Ticket, 'symbol' | 'side' | 'positionSide' | 'quantity'>,
): Fixed {
  const held = sizeAgainst(account, ticket.symbol, ticket.positionSide, ticket.side)
  if (held === 0n) throw new RequestError(-2022, 'ReduceOnly Order is rejected.')
  const rests = restingReduction(account, ticket.symbol, ticket.positionSide, ticket.side)
  if (ticket.quantity + rests <= held) return ticket.quantity
  if (rests > 0n) {
    throw new RequestError(
      -4118,
      'ReduceOnly Order Failed. Please check your existing position and open orders',
    )
  }
  if (ticket.positionSide !== 'BOTH') throw new RequestError(-2022, 'ReduceOnly Order is rejected.')
  return held
}

/** Size of the position that an order of this side makes smaller; 0 when it does not. */
export function sizeAgainst(account: Account, symbol: string, positionSide: PositionSide, side: Side): Fixed {
  const { size } = readPosition(account, symbol, positionSide)
  return (side === 'BUY' ? size < 0n : size > 0n) ? absolute(size) : 0n
}

/** What the order adds to the initial margin, its fee and what it loses at once must be available. */
function checkMargin(
  exchange: Exchange,
  account: Account,
  listing: Listing,
  ticket: Ticket,
  best: Fixed,
  mark: Fixed,
  now: number,
): void {
  const price = ticket.type === 'LIMIT' ? ticket.price : best
  const value = times(price, ticket.quantity)
  const leverage = readLeverage(account, listing.symbol)
  const position = readPosition(account, listing.symbol, ticket.positionSide)
  const { notional, bids, asks, initial, orders } = marginOfPosition(account, listing, position, mark)
  const [more, less] = ticket.side === 'BUY' ? [value, 0n] : [0n, value]
  const most = greatest(absolute(notional + bids + more), absolute(notional - asks - less))
  if (most > absolute(notional) && most > BigInt(mostNotional(listing, leverage)) * ONE) {
    throw new RequestError(-2027, 'Exceeded the maximum allowable position at current leverage.')
  }
  const added = greatest(0n, over(most, BigInt(leverage) * ONE) - initial - orders)
  const worse = ticket.side === 'BUY' ? price - mark : mark - price
  const atOnce = added === 0n ? 0n : greatest(0n, times(worse, ticket.quantity))
  const needed = added === 0n ? 0n : added + atOnce + times(value, feeRates.taker)
  const { available } = marginOfAsset(account, exchange.market.listings, assetOf(listing.symbol), (each) =>
    readMark(each, now),
  )
  if (needed > available) throw new RequestError(-2019, 'Margin is insufficient.')
}

function checkBook(exchange: Exchange, listing: Listing, ticket: Ticket, now: number): void {
  if (ticket.timeInForce !== 'FOK' && ticket.timeInForce !== 'GTX') return
  const takes = takeBook(listing, ticket.side, ticket.quantity, ticket.price, now, exchange.clock)
  if (ticket.timeInForce === 'GTX' && takes.length > 0) {
    throw new RequestError(
      -5022,
      'Due to the order could not be executed as maker, the Post Only order will be rejected. ' +
        'The order will not be recorded in the order history',
    )
  }
  const found = takes.reduce((sum, each) => sum + each.quantity, 0n)
  if (ticket.timeInForce === 'FOK' && found < ticket.quantity) {
    throw new RequestError(
      -5021,
      'Due to the order could not be filled immediately, the FOK order has been rejected. ' +
        'The order will not be recorded in the order history',
    )
  }
}
