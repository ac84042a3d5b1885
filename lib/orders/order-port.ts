import type { Decimal } from '../model/decimal.ts'
import type { Order, OrderType, Side, TimeInForce } from '../model/order.ts'

/** A decimal, or a number of the ledger's, which is read as the shortest decimal that stands for it. */
export type Amount = Decimal | number

/** What a strategy wants done. */
export interface OrderRequest {
  /**
   * the strategy's own name for the reason: one signal id makes one order, in any process and after any
   * restart
   */
  readonly signalId: string
  /** `reduce` only ever makes the account's position smaller, and is let through when `open` is not */
  readonly class: 'open' | 'reduce'
  readonly symbol: string
  readonly side: Side
  /** contracts; cut to the lot size. Give this or `notional` */
  readonly size?: Amount
  /** in the quote asset */
  readonly notional?: Amount
  readonly type: OrderType
  /** of a limit order; a buy's is cut down to the tick, a sell's up */
  readonly price?: Amount
  /** rejected rather than let take; limit orders only */
  readonly postOnly?: boolean
  /** implied by the class `reduce` */
  readonly reduceOnly?: boolean
  /** of a limit order, GTC unless given; a market order is IOC */
  readonly timeInForce?: TimeInForce
}

/**
 * accepted: it is recorded and on its way (`isNew` false: the signal had its order before); denied: we
 * refuse, and nothing was recorded; unknown: recorded or not, which shows by itself in `open` later. Never
 * sent again under its id.
 */
export type SubmitOutcome =
  | { readonly outcome: 'accepted'; readonly id: string; readonly isNew: boolean }
  | { readonly outcome: 'denied'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly id: string; readonly reason: string }

export type CancelOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'denied'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string }

/** Where a strategy hands in what it wants; promises never reject, so they need not be awaited. */
export interface OrderPort {
  readonly submit: (request: OrderRequest) => Promise<SubmitOutcome>
  /** asks for the end of an order of this strategy's; it may still fill until the cancel is there */
  readonly cancel: (id: string) => Promise<CancelOutcome>
  /** this strategy's orders that are not at their end, just submitted ones included */
  readonly open: (symbol?: string) => readonly Order[]
}
