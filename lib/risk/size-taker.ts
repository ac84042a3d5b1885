import { mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Order } from '../model/order.ts'
import type { RiskLimits } from './limits.ts'
import { sizeOrder } from './size-order.ts'

/** What of an order that rested too long its taker is made of. */
export type EndedOrder = Pick<Order, 'class' | 'side' | 'state' | 'size' | 'filled' | 'reduceOnly'>

/** Part of what is left of an order of a class that one taker order is made of. */
export function takerShareOf(of: Order['class'], limits: RiskLimits): Decimal {
  return of === 'open' ? limits.openTakerShare : of === 'reduce' ? limits.reduceTakerShare : '0'
}

/**
 * Contracts of the taker order that follows an order which rested too long, in lots, never above what its final state left;
 * `reference` is what a market order is valued by. Gives why there is none, otherwise.
 */
export function sizeTaker(
  order: EndedOrder,
  limits: RiskLimits,
  { instrument, reference }: { readonly instrument: Instrument; readonly reference: Decimal | undefined },
): { readonly size: Decimal } | { readonly none: string } {
  // Another end than the cancel that was asked for is the venue's own, and no other state is final.
  if (order.state !== 'cancelled') return { none: `it is ${order.state}` }
  const left = sub(order.size, order.filled)
  if (signOf(left) <= 0) return { none: 'nothing of it is left' }
  const share = takerShareOf(order.class, limits)
  if (signOf(share) <= 0) return { none: 'no part of it is to be taken' }
  const { side, reduceOnly } = order
  const asked = { side, type: 'market', notional: undefined, price: undefined, reduceOnly } as const
  const sized = sizeOrder({ ...asked, size: mul(left, share) }, instrument, { reference })
  return 'denied' in sized ? { none: sized.denied } : { size: sized.size }
}
