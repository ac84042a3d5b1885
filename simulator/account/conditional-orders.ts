import type { Listing } from '../core/listing.ts'
import { readRange } from '../core/tape.ts'
import type { Emit } from './account-events.ts'
import { readPosition, type Account } from './account.ts'
import { isReached, isWaiting, type Conditional, type ConditionalTicket } from './conditional.ts'
import { absolute, fromUnits, least } from './fixed.ts'
import { readMark } from './marks.ts'
import { isOpen, type Order, type PositionSide, type Ticket } from './order.ts'
import { reduces } from './reduce-only.ts'

/** What goes wrong with a conditional order when its price is reached; stuck stays TRIGGERING. */
export type TriggerFailure = 'REJECTED' | 'EXPIRED' | 'STUCK'

export interface Venue {
  readonly emit: Emit
  readonly place: (account: Account, listing: Listing, ticket: Ticket, id: bigint, time: number) => Order
  readonly nextOrderId: (listing: Listing) => bigint
}

/** The conditional orders that wait for their price, and the orders they made. */
export class ConditionalOrders {
  judge: (conditional: Conditional) => TriggerFailure | undefined = () => undefined
  private readonly venue: Venue
  private readonly waiting = new Map<number, Account>()
  private readonly parents = new Map<bigint, { readonly account: Account; readonly id: number }>()

  constructor(venue: Venue) {
    this.venue = venue
  }

  add(account: Account, ticket: ConditionalTicket, id: number, time: number): Conditional {
    this.waiting.set(id, account)
    const fresh = { status: 'NEW', childId: undefined, triggerTime: 0, problem: '' } as const
    return this.put(account, { ...ticket, id, ...fresh, time, updateTime: time }, undefined)
  }

  end(
    account: Account,
    conditional: Conditional,
    status: 'CANCELED' | 'EXPIRED' | 'REJECTED',
    problem: string,
    time: number,
  ): Conditional {
    this.waiting.delete(conditional.id)
    return this.put(account, { ...conditional, status, problem, updateTime: time }, undefined)
  }

  /** Triggers what the prices after `from` and up to `to` (ms) reach. */
  trigger(
    listings: ReadonlyMap<string, Listing>,
    from: number,
    to: number,
    stamp: (at: number) => number,
  ): void {
    for (const [id, account] of this.waiting) {
      const conditional = account.conditionals.get(id)
      const listing = conditional && listings.get(conditional.symbol)
      if (conditional === undefined || listing === undefined || !isWaiting(conditional)) continue
      if (isReachedBy(conditional, listing, from, to)) this.fire(account, conditional, listing, stamp(to))
    }
  }

  /** Expires what would close a position that is closed. */
  expire(account: Account, symbol: string, side: PositionSide, time: number): void {
    for (const each of this.waitingOf(account, symbol)) {
      const endsWithIt = each.closePosition || each.ofPosition === true
      if (each.positionSide === side && endsWithIt) this.end(account, each, 'EXPIRED', '', time)
    }
  }

  expireAll(account: Account, symbol: string, time: number): void {
    for (const each of this.waitingOf(account, symbol)) this.end(account, each, 'EXPIRED', '', time)
  }

  /** Tells that a conditional order is done when the order it made is. */
  finish(child: Order, time: number): void {
    const parent = isOpen(child) ? undefined : this.parents.get(child.id)
    const conditional = parent?.account.conditionals.get(parent.id)
    if (parent === undefined || conditional?.status !== 'TRIGGERED') return
    this.parents.delete(child.id)
    this.put(parent.account, { ...conditional, status: 'FINISHED', updateTime: time }, child)
  }

  private waitingOf(account: Account, symbol: string): Conditional[] {
    const found: Conditional[] = []
    for (const [id, owner] of this.waiting) {
      const conditional = owner === account ? account.conditionals.get(id) : undefined
      if (conditional?.symbol === symbol && isWaiting(conditional)) found.push(conditional)
    }
    return found
  }

  private fire(account: Account, conditional: Conditional, listing: Listing, time: number): void {
    this.waiting.delete(conditional.id)
    const failure = this.judge(conditional)
    const triggering = { ...conditional, status: 'TRIGGERING', triggerTime: time, updateTime: time } as const
    this.put(account, triggering, undefined)
    if (failure === 'STUCK') return
    if (failure !== undefined) {
      this.end(account, triggering, failure, 'Order is rejected by the matching engine', time)
      return
    }
    const { symbol, positionSide } = conditional
    const { size } = readPosition(account, symbol, positionSide)
    const closes = conditional.side === 'BUY' ? size < 0n : size > 0n
    if ((conditional.closePosition || reduces(conditional)) && !closes) {
      this.end(account, triggering, 'REJECTED', 'Reduce Only reject', time)
      return
    }
    const quantity = conditional.closePosition
      ? absolute(size)
      : reduces(conditional)
        ? least(conditional.quantity, absolute(size))
        : conditional.quantity
    const childId = this.venue.nextOrderId(listing)
    const triggered = { ...triggering, status: 'TRIGGERED', childId } as const
    this.parents.set(childId, { account, id: conditional.id })
    // On the venue two services tell of the order and of its trigger: half of the times the order's news is first.
    const tellsFirst = conditional.id % 2 === 0
    if (tellsFirst) this.put(account, triggered, undefined)
    const child = this.venue.place(account, listing, toTicket(conditional, quantity), childId, time)
    if (!tellsFirst) this.put(account, triggered, child)
    this.finish(child, time)
  }

  private put(account: Account, conditional: Conditional, child: Order | undefined): Conditional {
    account.conditionals.set(conditional.id, conditional)
    this.venue.emit({ kind: 'conditional', account, conditional, child, time: conditional.updateTime })
    return conditional
  }
}

function isReachedBy(conditional: Conditional, listing: Listing, from: number, to: number): boolean {
  if (conditional.workingType === 'MARK_PRICE') {
    const mark = readMark(listing, to)
    return mark !== undefined && isReached(conditional, mark, mark)
  }
  const range = readRange(listing, from, to)
  if (range === undefined) return false
  const { priceDigits } = listing
  return isReached(conditional, fromUnits(range.low, priceDigits), fromUnits(range.high, priceDigits))
}

function toTicket(conditional: Conditional, quantity: bigint): Ticket {
  const { symbol, side, positionSide, timeInForce, reduceOnly, closePosition } = conditional
  const isLimit = conditional.type === 'STOP' || conditional.type === 'TAKE_PROFIT'
  return {
    symbol,
    side,
    positionSide,
    type: isLimit ? 'LIMIT' : 'MARKET',
    timeInForce,
    price: conditional.price,
    quantity,
    reduceOnly: reduceOnly || (closePosition && positionSide === 'BOTH'),
    clientId: `algo_${conditional.id}`,
    origin: { type: conditional.type, stopPrice: conditional.triggerPrice, closePosition },
  }
}
