import type { Fixed } from './fixed.ts'

export type Side = 'BUY' | 'SELL'
/** BOTH in one-way mode, LONG or SHORT in hedge mode */
export type PositionSide = 'BOTH' | 'LONG' | 'SHORT'
export type OrderType = 'LIMIT' | 'MARKET'
/** GTX is post-only */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTX'
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED'

/** What somebody wants done, checked already. */
export interface Ticket {
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  /** 0 for a market order */
  readonly price: Fixed
  /** base asset */
  readonly quantity: Fixed
  readonly reduceOnly: boolean
  readonly clientId: string
  /** the conditional order it comes from */
  readonly origin?: {
    readonly type: ConditionalType
    readonly stopPrice: Fixed
    readonly closePosition: boolean
  }
}

export type ConditionalType = 'STOP_MARKET' | 'TAKE_PROFIT_MARKET' | 'STOP' | 'TAKE_PROFIT'

/** An order as it stands; a change makes a new one. Times in simulated ms. */
export interface Order extends Ticket {
  readonly id: bigint
  readonly status: OrderStatus
  /** base asset filled so far */
  readonly filled: Fixed
  /** quote asset exchanged so far, without fees */
  readonly value: Fixed
  readonly time: number
  readonly updateTime: number
  /** trades after this time may fill it while it rests */
  readonly restsFrom: number
}

export interface Trade {
  readonly id: number
  readonly orderId: bigint
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly price: Fixed
  readonly quantity: Fixed
  readonly value: Fixed
  readonly realized: Fixed
  readonly commission: Fixed
  readonly asset: string
  readonly maker: boolean
  readonly time: number
}

export function isOpen(order: Order): boolean {
  return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED'
}

/** Base asset that is not filled yet. */
export function remainingOf(order: Order): Fixed {
  return order.quantity - order.filled
}

/** True when the order makes the position of its side smaller in hedge mode. */
export function closesSide(side: Side, positionSide: PositionSide): boolean {
  return (side === 'SELL' && positionSide === 'LONG') || (side === 'BUY' && positionSide === 'SHORT')
}
