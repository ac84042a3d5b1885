import type { Decimal } from './decimal.ts'
import { InvariantError } from './errors.ts'

/** What an intent is for: new risk, less risk of a strategy's own, a stop, or the end of another order. */
export type IntentClass = 'open' | 'reduce' | 'protect' | 'cancel'
export type Side = 'buy' | 'sell'
export type OrderType = 'limit' | 'market'
/** GTC rests until it is cancelled; IOC trades what it can at once; FOK trades all at once or nothing */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK'

/**
 * pending (on its way) -> open (in the book) -> filled | cancelled | expired, and pending -> rejected or any
 * of those. The last four are terminal: nothing leaves them. Cancelled: we asked for it; expired: its own
 * terms ended it.
 */
export type OrderState = 'pending' | 'open' | 'filled' | 'cancelled' | 'rejected' | 'expired'

/** An order as an account knows it. */
export interface Order {
  /** client order id */
  readonly id: string
  readonly account: string
  readonly strategy: string
  readonly signalId: string
  readonly class: IntentClass
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** contracts */
  readonly size: Decimal
  /** undefined for a market order */
  readonly price: Decimal | undefined
  readonly state: OrderState
  /** contracts */
  readonly filled: Decimal
  /** in the quote asset, of what is filled */
  readonly filledNotional: Decimal
  /** in the quote asset */
  readonly fees: Decimal
  /** why it was rejected, cancelled or expired; empty otherwise */
  readonly reason: string
  /** venue time */
  readonly submittedAt: number
  /** venue time at which it reaches the book */
  readonly activeAt: number
  /** venue time at which a cancel reaches the book; undefined when none was asked for */
  readonly cancelAt: number | undefined
  /** venue time of the last change */
  readonly time: number
  /** rises by one with every change */
  readonly revision: number
}

/** A part of an order that traded. */
export interface Fill {
  /** order id and revision: one fill, one id */
  readonly id: string
  readonly orderId: string
  readonly strategy: string
  readonly symbol: string
  readonly side: Side
  /** contracts */
  readonly size: Decimal
  readonly price: Decimal
  /** in the quote asset */
  readonly notional: Decimal
  /** in the quote asset; negative is a rebate */
  readonly fee: Decimal
  readonly liquidity: 'maker' | 'taker'
  /** of the account's position, in the quote asset, without fees */
  readonly realisedProfit: Decimal
  /** venue time */
  readonly time: number
}

/** Whether nothing can happen to an order any more. */
export function isTerminal(state: OrderState): boolean {
  return state !== 'pending' && state !== 'open'
}

/** The stored fields of an order; what is undefined is left out. */
export function encodeOrder(order: Order): Record<string, string> {
  return Object.fromEntries(
    Object.entries(order).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

/** The order that stored fields tell. */
export function decodeOrder(fields: Readonly<Record<string, string>>): Order {
  const text = (name: keyof Order): string => {
    const value = fields[name]
    if (value === undefined)
      throw new InvariantError(`a stored order must have ${name}, ${fields['id'] ?? 'one'} has not`)
    return value
  }
  return {
    id: text('id'),
    account: text('account'),
    strategy: text('strategy'),
    signalId: text('signalId'),
    class: text('class') as IntentClass,
    symbol: text('symbol'),
    side: text('side') as Side,
    type: text('type') as OrderType,
    timeInForce: text('timeInForce') as TimeInForce,
    postOnly: text('postOnly') === 'true',
    reduceOnly: text('reduceOnly') === 'true',
    size: text('size'),
    price: fields['price'],
    state: text('state') as OrderState,
    filled: text('filled'),
    filledNotional: text('filledNotional'),
    fees: text('fees'),
    reason: text('reason'),
    submittedAt: Number(text('submittedAt')),
    activeAt: Number(text('activeAt')),
    cancelAt: fields['cancelAt'] === undefined ? undefined : Number(fields['cancelAt']),
    time: Number(text('time')),
    revision: Number(text('revision')),
  }
}
