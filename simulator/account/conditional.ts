import type { Fixed } from './fixed.ts'
import type { ConditionalType, PositionSide, Side, TimeInForce } from './order.ts'

export type ConditionalStatus =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED'

/** A conditional order to be placed, checked already. */
export interface ConditionalTicket {
  readonly clientId: string
  readonly symbol: string
  readonly side: Side
  readonly positionSide: PositionSide
  readonly type: ConditionalType
  readonly timeInForce: TimeInForce
  /** base asset; 0 when it closes the whole position */
  readonly quantity: Fixed
  /** 0 for a market order */
  readonly price: Fixed
  readonly triggerPrice: Fixed
  readonly workingType: 'MARK_PRICE' | 'CONTRACT_PRICE'
  readonly reduceOnly: boolean
  readonly closePosition: boolean
  /** set on a position, with which it ends; absent for one by itself */
  readonly ofPosition?: boolean
  readonly priceProtect: boolean
}

/**
 * NEW until its price is reached, then TRIGGERING; TRIGGERED when its child order is in the book and FINISHED when the
 * child is done, or REJECTED when there can be no child. CANCELED by the user, EXPIRED by the venue.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Algo-Order-Update
 */
export interface Conditional extends ConditionalTicket {
  readonly id: number
  readonly status: ConditionalStatus
  readonly childId: bigint | undefined
  readonly time: number
  readonly updateTime: number
  /** 0 until it triggered */
  readonly triggerTime: number
  /** why it was refused, empty otherwise */
  readonly problem: string
}

/** True when the price has come to or beyond the trigger. */
export function isReached(
  { type, side, triggerPrice }: Pick<ConditionalTicket, 'type' | 'side' | 'triggerPrice'>,
  low: Fixed,
  high: Fixed,
): boolean {
  const isStop = type === 'STOP' || type === 'STOP_MARKET'
  return isStop === (side === 'BUY') ? high >= triggerPrice : low <= triggerPrice
}

export function isWaiting(conditional: Conditional): boolean {
  return conditional.status === 'NEW'
}
