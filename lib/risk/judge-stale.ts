import type { Order } from '../model/order.ts'
import type { RiskLimits } from './limits.ts'

/** What of an order tells whether it has rested too long. */
export type RestingOrder = Pick<Order, 'class' | 'type' | 'timeInForce' | 'state' | 'submittedAt'>

/** Venue ms for which orders of a class may rest; undefined: for as long as they like. */
export function restMsOf(of: Order['class'], limits: RiskLimits): number | undefined {
  const ms = of === 'open' ? limits.openRestMs : of === 'reduce' ? limits.reduceRestMs : 0
  return ms === 0 ? undefined : ms
}

/** Whether an order has rested longer than its class may at `now`, venue time. What is not in the book does not rest. */
export function judgeStale(order: RestingOrder, now: number, limits: RiskLimits): 'keep' | 'cancel' {
  const restMs = restMsOf(order.class, limits)
  const rests = order.state === 'open' && order.type === 'limit' && order.timeInForce === 'GTC'
  return rests && restMs !== undefined && now - order.submittedAt > restMs ? 'cancel' : 'keep'
}
