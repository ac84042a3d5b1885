import type { OrderReport, StopReport } from '../model/order-report.ts'
import type { OrderToSend, StopToSend } from './order-exchange.ts'

/** What is known of an order that a venue answered with its id and no more. */
interface Taken {
  readonly orderId: string
  /** venue time of the answer */
  readonly time: number
}

/** An order that was taken: nothing of it is known to be filled. */
export function toStandingOrder(order: OrderToSend, { orderId, time }: Taken): OrderReport {
  const { clientOrderId, symbol, side, positionSide, type, timeInForce, postOnly, reduceOnly, size, price } =
    order
  const terms = { type, timeInForce, postOnly, reduceOnly, size, price }
  const state = { state: 'open', filled: '0', averagePrice: undefined } as const
  return { clientOrderId, orderId, symbol, side, positionSide, ...terms, ...state, time }
}

/** A stop that was taken: it waits. */
export function toStandingStop(stop: StopToSend, { orderId, time }: Taken): StopReport {
  const state = { state: 'standing', childOrderId: undefined, reason: '' } as const
  return { ...stop, orderId, reduceOnly: true, ...state, time }
}
