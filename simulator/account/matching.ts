import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import type { Emit } from './account-events.ts'
import { putOrder, readPosition, type Account } from './account.ts'
import { ConditionalOrders } from './conditional-orders.ts'
import { absolute, least, times, type Fixed } from './fixed.ts'
import type { Ids } from './ids.ts'
import { Ledger } from './ledger.ts'
import { readMark } from './marks.ts'
import { isOpen, remainingOf, type Order, type PositionSide, type Ticket } from './order.ts'
import { reduces, toTrim } from './reduce-only.ts'
import { RestingOrders, STEP_MS } from './resting-orders.ts'
import { takeBook } from './take-book.ts'

/** What becomes of orders: they take from the displayed book, rest, are filled by the market's trades, and end. */
export class Matching {
  readonly ledger: Ledger
  readonly conditionals: ConditionalOrders
  private readonly market: Market
  private readonly clock: Clock
  private readonly ids: Ids
  private readonly emit: Emit
  private readonly resting = new RestingOrders()

  constructor(market: Market, clock: Clock, ids: Ids, emit: Emit) {
    this.market = market
    this.clock = clock
    this.ids = ids
    this.emit = emit
    this.ledger = new Ledger(ids, emit)
    this.conditionals = new ConditionalOrders({
      emit,
      place: (account, listing, ticket, id, time) => this.execute(account, listing, ticket, id, time),
      nextOrderId: (listing) => this.nextOrderId(listing),
    })
  }

  nextOrderId(listing: Listing): bigint {
    return this.ids.nextOrder(listing.symbol, listing.seed)
  }

  /** Fills resting orders by the trades after `from` and up to `to`; `stamp` makes the fills' times of the steps' ends. */
  matchResting(from: number, to: number, stamp: (at: number) => number): void {
    if (this.resting.isEmpty) return
    this.resting.match(this.market.listings, from, to, (account, order, quantity, at) => {
      const fits = toFit(account, order, quantity)
      if (fits === 0n) return
      const time = stamp(at)
      const after = this.ledger.fill(account, order, order.price, fits, true, time)
      if (!isOpen(after)) {
        this.resting.remove(after)
        this.conditionals.finish(after, time)
      }
      this.tidy(account, order.symbol, order.positionSide, time)
    })
  }

  execute(account: Account, listing: Listing, ticket: Ticket, id: bigint, time: number): Order {
    let order = this.accept(account, ticket, id, time)
    if (order.timeInForce !== 'GTX') {
      const bound = order.type === 'LIMIT' ? order.price : boundOf(order, readMark(listing, time))
      const takes = takeBook(listing, order.side, order.quantity, bound, time, this.clock)
      for (const { price, quantity } of takes) {
        const fits = toFit(account, order, quantity)
        if (fits > 0n) order = this.ledger.fill(account, order, price, fits, false, time)
      }
    }
    if (isOpen(order)) {
      if (order.type === 'LIMIT' && (order.timeInForce === 'GTC' || order.timeInForce === 'GTX')) {
        this.resting.add(account, order)
      } else order = this.end(account, order, 'EXPIRED', time)
    }
    if (order.filled > 0n) this.tidy(account, order.symbol, order.positionSide, time)
    this.conditionals.finish(order, time)
    return account.orders.get(id) ?? order
  }

  end(account: Account, order: Order, status: 'CANCELED' | 'EXPIRED', time: number): Order {
    const ended: Order = { ...order, status, updateTime: time }
    putOrder(account, ended, false)
    this.resting.remove(ended)
    this.emit({ kind: 'order', account, order: ended, execution: status, time })
    this.conditionals.finish(ended, time)
    return ended
  }

  /** Ends the orders of a position side and closes it at a price, as the venue does without asking. */
  closeOut(
    account: Account,
    listing: Listing,
    side: PositionSide,
    price: Fixed,
    reason: string,
    time: number,
  ): void {
    const { symbol } = listing
    for (const order of account.openOrders.values()) {
      if (order.symbol === symbol && order.positionSide === side) this.end(account, order, 'EXPIRED', time)
    }
    const { size } = readPosition(account, symbol, side)
    if (size !== 0n) {
      const ticket: Ticket = {
        symbol,
        side: size > 0n ? 'SELL' : 'BUY',
        positionSide: side,
        type: 'LIMIT',
        timeInForce: 'IOC',
        price,
        quantity: absolute(size),
        reduceOnly: false,
        clientId: `${reason}-${time}`,
      }
      const order = this.accept(account, ticket, this.nextOrderId(listing), time)
      this.ledger.fill(account, order, price, order.quantity, false, time)
    }
    this.conditionals.expire(account, symbol, side, time)
  }

  private accept(account: Account, ticket: Ticket, id: bigint, time: number): Order {
    // The rest of the current step is not the order's: it may have traded before the order came.
    const restsFrom = Math.ceil(time / STEP_MS) * STEP_MS
    const fresh = { status: 'NEW', filled: 0n, value: 0n, time, updateTime: time } as const
    const order: Order = { ...ticket, id, ...fresh, restsFrom }
    putOrder(account, order, true)
    this.emit({ kind: 'order', account, order, execution: 'NEW', time })
    return order
  }

  /** Ends reduce-only orders that the position no longer has room for, and what closes a closed position. */
  private tidy(account: Account, symbol: string, side: PositionSide, time: number): void {
    for (const order of toTrim(account, symbol, side)) this.end(account, order, 'EXPIRED', time)
    if (readPosition(account, symbol, side).size !== 0n) return
    this.conditionals.expire(account, symbol, side, time)
  }
}

/** A reduce-only order never fills more than the position holds. */
function toFit(account: Account, order: Order, quantity: Fixed): Fixed {
  const wanted = least(quantity, remainingOf(order))
  if (!reduces(order)) return wanted
  const { size } = readPosition(account, order.symbol, order.positionSide)
  const closes = order.side === 'BUY' ? size < 0n : size > 0n
  return closes ? least(wanted, absolute(size)) : 0n
}

/** A market order takes no price more than 5 % worse than the mark (`marketTakeBound`). */
function boundOf({ side }: Order, mark: Fixed | undefined): Fixed | undefined {
  return mark === undefined ? undefined : times(mark, side === 'BUY' ? 105_000_000n : 95_000_000n)
}
