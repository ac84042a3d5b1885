import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import type { AccountEvent } from './account-events.ts'
import { putOrder, readPosition, type Account } from './account.ts'
import { Accounts } from './accounts.ts'
import { ConditionalOrders } from './conditional-orders.ts'
import type { Conditional, ConditionalTicket } from './conditional.ts'
import { absolute, least, times, type Fixed } from './fixed.ts'
import { Ids } from './ids.ts'
import { Ledger } from './ledger.ts'
import { readFundingRate, readMark } from './marks.ts'
import { isOpen, remainingOf, type Order, type PositionSide, type Ticket } from './order.ts'
import { PastStates } from './past-states.ts'
import { reduces, toTrim } from './reduce-only.ts'
import { RestingOrders, STEP_MS } from './resting-orders.ts'
import { takeBook } from './take-book.ts'

const FUNDING_MS = 8 * 3_600_000
const MARK_MS = 1000
/** a jump of the clock farther than this is not walked through */
const LONGEST_WALK_MS = 600_000

/** A venue's accounts and the matching of their orders against the simulated market. Times in simulated ms. */
export class Exchange {
  readonly accounts = new Accounts()
  readonly past = new PastStates()
  readonly market: Market
  readonly clock: Clock
  private readonly ids = new Ids()
  private readonly ledger: Ledger
  private readonly resting = new RestingOrders()
  private readonly conditionals: ConditionalOrders
  private readonly listeners: ((event: AccountEvent) => void)[] = []
  private lastTime = 0
  /** up to here the market's trades were matched */
  private matchedUntil: number

  constructor(market: Market, clock: Clock) {
    this.market = market
    this.clock = clock
    this.matchedUntil = Math.floor(clock.now() / STEP_MS) * STEP_MS
    const emit = (event: AccountEvent) => this.emit(event)
    this.ledger = new Ledger(this.ids, emit)
    this.conditionals = new ConditionalOrders({
      emit,
      place: (account, listing, ticket, id, time) => this.execute(account, listing, ticket, id, time),
      nextOrderId: (listing) => this.ids.nextOrder(listing.symbol, listing.seed),
    })
  }

  /** Tells of everything that happens to any account, at once and in order. */
  listen(listener: (event: AccountEvent) => void): void {
    this.listeners.push(listener)
  }

  /** What becomes of a conditional order whose price was reached; the default is that it is placed. */
  set onTrigger(judge: ConditionalOrders['judge']) {
    this.conditionals.judge = judge
  }

  /** Brings all accounts up to the present: fills, triggers, funding. */
  advance(): void {
    const now = Math.floor(this.clock.now() / STEP_MS) * STEP_MS
    if (now < this.matchedUntil || now - this.matchedUntil > LONGEST_WALK_MS) this.matchedUntil = now
    while (this.matchedUntil < now) {
      const from = this.matchedUntil
      const to = Math.min(now, this.nextStop(from))
      this.matchedUntil = to
      if (!this.resting.isEmpty) {
        this.resting.match(this.market.listings, from, to, (account, order, quantity, time) =>
          this.fillResting(account, order, quantity, time),
        )
      }
      this.conditionals.trigger(this.market.listings, from, to)
      if (to % FUNDING_MS === 0) this.payFunding(to)
    }
  }

  place(account: Account, listing: Listing, ticket: Ticket): Order {
    return this.execute(
      account,
      listing,
      ticket,
      this.ids.nextOrder(listing.symbol, listing.seed),
      this.stamp(),
    )
  }

  cancel(account: Account, order: Order): Order {
    return this.end(account, order, 'CANCELED', this.stamp())
  }

  placeConditional(account: Account, ticket: ConditionalTicket): Conditional {
    return this.conditionals.add(account, ticket, this.ids.nextConditional(), this.stamp())
  }

  cancelConditional(account: Account, conditional: Conditional): Conditional {
    return this.conditionals.end(account, conditional, 'CANCELED', '', this.stamp())
  }

  /** Deposits, or withdraws when negative. */
  transfer(account: Account, asset: string, amount: Fixed): void {
    this.ledger.transfer(account, asset, amount, this.stamp())
  }

  setLeverage(account: Account, symbol: string, leverage: number): void {
    account.leverages.set(symbol, leverage)
    this.emit({ kind: 'leverage', account, symbol, leverage, time: this.stamp() })
  }

  /** The time of what is done now: it never falls, though the clock may be set back. */
  private stamp(): number {
    const now = this.clock.now()
    this.lastTime = now >= this.lastTime ? now : this.lastTime + 1
    return this.lastTime
  }

  private execute(account: Account, listing: Listing, ticket: Ticket, id: bigint, time: number): Order {
    // The rest of the current step is not the order's: it may have traded before the order came.
    const restsFrom = Math.ceil(time / STEP_MS) * STEP_MS
    const fresh = { status: 'NEW', filled: 0n, value: 0n, time, updateTime: time } as const
    let order: Order = { ...ticket, id, ...fresh, restsFrom }
    putOrder(account, order, true)
    this.emit({ kind: 'order', account, order, execution: 'NEW', time })
    if (order.timeInForce !== 'GTX') {
      const bound =
        order.type === 'LIMIT' ? order.price : boundOf(order.side === 'BUY', readMark(listing, time))
      for (const { price, quantity } of takeBook(
        listing,
        order.side,
        order.quantity,
        bound,
        time,
        this.clock,
      )) {
        const fits = this.toFit(account, order, quantity)
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

  private fillResting(account: Account, order: Order, quantity: Fixed, time: number): void {
    this.lastTime = Math.max(this.lastTime, time)
    const fits = this.toFit(account, order, quantity)
    if (fits === 0n) return
    const after = this.ledger.fill(account, order, order.price, fits, true, this.lastTime)
    if (!isOpen(after)) {
      this.resting.remove(after)
      this.conditionals.finish(after, this.lastTime)
    }
    this.tidy(account, order.symbol, order.positionSide, this.lastTime)
  }

  /** A reduce-only order never fills more than the position holds. */
  private toFit(account: Account, order: Order, quantity: Fixed): Fixed {
    const wanted = least(quantity, remainingOf(order))
    if (!reduces(order)) return wanted
    const { size } = readPosition(account, order.symbol, order.positionSide)
    const closes = order.side === 'BUY' ? size < 0n : size > 0n
    return closes ? least(wanted, absolute(size)) : 0n
  }

  /** Ends reduce-only orders that the position no longer has room for, and what closes a closed position. */
  private tidy(account: Account, symbol: string, side: PositionSide, time: number): void {
    for (const order of toTrim(account, symbol, side)) this.end(account, order, 'EXPIRED', time)
    if (readPosition(account, symbol, side).size === 0n) this.conditionals.expire(account, symbol, side, time)
  }

  private end(account: Account, order: Order, status: 'CANCELED' | 'EXPIRED', time: number): Order {
    const ended: Order = { ...order, status, updateTime: time }
    putOrder(account, ended, false)
    this.resting.remove(ended)
    this.emit({ kind: 'order', account, order: ended, execution: status, time })
    this.conditionals.finish(ended, time)
    return ended
  }

  private payFunding(time: number): void {
    this.lastTime = Math.max(this.lastTime, time)
    for (const account of this.accounts.list()) {
      for (const { symbol, size } of account.positions.values()) {
        const listing = this.market.listings.get(symbol)
        if (size === 0n || listing === undefined) continue
        const rate = readFundingRate(listing, time - 1)
        const mark = readMark(listing, time)
        if (rate === undefined || mark === undefined) continue
        const amount = -times(times(size, mark), rate)
        if (amount !== 0n) this.ledger.payFunding(account, symbol, amount, this.lastTime)
      }
    }
  }

  private nextStop(from: number): number {
    const grid = this.conditionals.isEmpty ? FUNDING_MS : MARK_MS
    return (Math.floor(from / grid) + 1) * grid
  }

  private emit(event: AccountEvent): void {
    this.past.note(event.account, event.time)
    for (const listener of this.listeners) listener(event)
  }
}

/** A market order takes no price more than 5 % worse than the mark (`marketTakeBound`). */
function boundOf(isBuy: boolean, mark: Fixed | undefined): Fixed | undefined {
  return mark === undefined ? undefined : times(mark, isBuy ? 105_000_000n : 95_000_000n)
}
