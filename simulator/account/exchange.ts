import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import type { AccountEvent } from './account-events.ts'
import type { Account } from './account.ts'
import { Accounts } from './accounts.ts'
import type { ConditionalOrders } from './conditional-orders.ts'
import type { Conditional, ConditionalTicket } from './conditional.ts'
import type { Fixed } from './fixed.ts'
import { Ids } from './ids.ts'
import { readMark } from './marks.ts'
import { Matching } from './matching.ts'
import type { Order, Ticket } from './order.ts'
import { PastStates } from './past-states.ts'
import { STEP_MS } from './resting-orders.ts'
import { liquidate, payFunding } from './venue-duties.ts'

const FUNDING_MS = 8 * 3_600_000
const MARK_MS = 1000
/** a jump of the clock farther than this is not walked through */
const LONGEST_WALK_MS = 600_000

/** A venue's accounts and what happens to them. Times in simulated ms. */
export class Exchange {
  readonly accounts = new Accounts()
  readonly past = new PastStates()
  readonly market: Market
  readonly clock: Clock
  private readonly ids = new Ids()
  private readonly matching: Matching
  private readonly listeners: ((event: AccountEvent) => void)[] = []
  private lastTime = 0
  /** up to here the market's trades were matched */
  private matchedUntil: number

  constructor(market: Market, clock: Clock) {
    this.market = market
    this.clock = clock
    this.matchedUntil = Math.floor(clock.now() / STEP_MS) * STEP_MS
    this.matching = new Matching(market, clock, this.ids, (event) => this.emit(event))
  }

  /** Tells of everything that happens to any account, at once and in order. */
  listen(listener: (event: AccountEvent) => void): void {
    this.listeners.push(listener)
  }

  /** What becomes of a conditional order whose price was reached; the default is that it is placed. */
  set onTrigger(judge: ConditionalOrders['judge']) {
    this.matching.conditionals.judge = judge
  }

  /** Brings all accounts up to the present: fills, triggers, liquidations, funding. */
  advance(): void {
    const now = Math.floor(this.clock.now() / STEP_MS) * STEP_MS
    if (now < this.matchedUntil || now - this.matchedUntil > LONGEST_WALK_MS) this.matchedUntil = now
    const accounts = this.accounts.list()
    const stamp = (at: number) => this.stamp(at)
    while (this.matchedUntil < now) {
      const from = this.matchedUntil
      const to = Math.min(now, (Math.floor(from / MARK_MS) + 1) * MARK_MS)
      this.matchedUntil = to
      this.matching.matchResting(from, to, stamp)
      this.matching.conditionals.trigger(this.market.listings, from, to, stamp)
      if (to % MARK_MS === 0) liquidate(this.matching, accounts, this.market, to, () => this.stamp(to))
      if (to % FUNDING_MS === 0) payFunding(this.matching, accounts, this.market, to, this.stamp(to))
    }
  }

  place(account: Account, listing: Listing, ticket: Ticket): Order {
    const id = this.matching.nextOrderId(listing)
    return this.matching.execute(account, listing, ticket, id, this.stamp())
  }

  cancel(account: Account, order: Order): Order {
    return this.matching.end(account, order, 'CANCELED', this.stamp())
  }

  placeConditional(account: Account, ticket: ConditionalTicket): Conditional {
    return this.matching.conditionals.add(account, ticket, this.ids.nextConditional(), this.stamp())
  }

  cancelConditional(account: Account, conditional: Conditional): Conditional {
    return this.matching.conditionals.end(account, conditional, 'CANCELED', '', this.stamp())
  }

  /** Deposits, or withdraws when negative. */
  transfer(account: Account, asset: string, amount: Fixed): void {
    this.matching.ledger.transfer(account, asset, amount, this.stamp())
  }

  setLeverage(account: Account, symbol: string, leverage: number): void {
    account.leverages.set(symbol, leverage)
    this.emit({ kind: 'leverage', account, symbol, leverage, time: this.stamp() })
  }

  /** Settles every account's position in a symbol at its mark and ends its orders, before it is delisted. */
  settle(listing: Listing): void {
    this.advance()
    const time = this.stamp()
    const mark = readMark(listing, this.clock.now())
    if (mark === undefined) return
    for (const account of this.accounts.list()) {
      for (const side of ['BOTH', 'LONG', 'SHORT'] as const) {
        this.matching.closeOut(account, listing, side, mark, 'settlement_autoclose', time)
      }
      this.matching.conditionals.expireAll(account, listing.symbol, time)
    }
  }

  /** The time of what is done now or was done at `at`: it never falls, though the clock may be set back. */
  private stamp(at = this.clock.now()): number {
    this.lastTime = at >= this.lastTime ? at : this.lastTime + 1
    return this.lastTime
  }

  private emit(event: AccountEvent): void {
    this.past.note(event.account, event.time)
    for (const listener of this.listeners) listener(event)
  }
}
