import type { Decimal } from './decimal.ts'
import type { OrderState, OrderType, Side, TimeInForce } from './order.ts'
import type { PositionSide } from './position-report.ts'

/** What every order at a venue has, conditional or not. */
interface Placed {
  readonly clientOrderId: string
  /** the venue's id, which may exceed 2^53 */
  readonly orderId: string
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly reduceOnly: boolean
  /** venue time of the last change */
  readonly time: number
}

/**
 * Why an order is there that nobody sent: a conditional order was reached, the account was liquidated, its position was used
 * to deleverage somebody else's, or the contract was settled.
 */
export type OrderMaker = 'stop' | 'liquidation' | 'deleveraging' | 'settlement'

/** A venue's word on an order. */
export interface OrderReport extends Placed {
  /** absent where somebody sent it */
  readonly madeBy?: OrderMaker
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly state: Exclude<OrderState, 'pending'>
  /** contracts */
  readonly size: Decimal
  /** undefined for a market order */
  readonly price: Decimal | undefined
  /** contracts */
  readonly filled: Decimal
  /** undefined while nothing is filled */
  readonly averagePrice: Decimal | undefined
}

/**
 * standing (waits for its price) -> triggering -> triggered (its child is at the book) -> finished (the child ended);
 * cancelled, expired and rejected come from any of the first two. A stop that is triggered covers nothing any more.
 */
export type StopState =
  | 'standing'
  | 'triggering'
  | 'triggered'
  | 'finished'
  | 'cancelled'
  | 'expired'
  | 'rejected'

/** A venue's word on a conditional order. */
export interface StopReport extends Placed {
  readonly state: StopState
  /** contracts; undefined where it closes whatever is left */
  readonly size: Decimal | undefined
  readonly triggerPrice: Decimal
  /** the venue's id of the order that it made; undefined until it has */
  readonly childOrderId: string | undefined
  /** why the venue ended it; empty where it says nothing */
  readonly reason: string
}

/** Whether an order adds to a position, or may. */
export function isEntry({ reduceOnly, positionSide, side }: Placed): boolean {
  if (positionSide === 'both') return !reduceOnly
  return (positionSide === 'long') === (side === 'buy')
}

/** A venue's word on one trade of an order. */
export interface TradeReport {
  readonly id: string
  readonly orderId: string
  readonly symbol: string
  readonly side: Side
  /** undefined where the venue does not tell it of a trade */
  readonly positionSide: PositionSide | undefined
  readonly price: Decimal
  /** contracts */
  readonly size: Decimal
  /** in `feeAsset`; negative is a rebate */
  readonly fee: Decimal
  readonly feeAsset: string
  /** in the margin asset, without fees */
  readonly realisedProfit: Decimal
  readonly liquidity: 'maker' | 'taker'
  readonly time: number
}

/** What a stream tells of an order: how it stands, a trade of it, or both at once. */
export interface OrderEvent {
  readonly clientOrderId: string
  readonly symbol: string
  readonly order: OrderReport | undefined
  readonly trade: TradeReport | undefined
}
