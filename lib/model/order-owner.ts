import { isExitId } from './exit-id.ts'
import type { OrderMaker, OrderReport } from './order-report.ts'
import { isStopId } from './stop-id.ts'

/**
 * Who an order at a venue belongs to. intent: it was claimed here; exit: the way out of a position; stop: a stop of a
 * position became it; liquidation, deleveraging and settlement are the venue's own; nobody: somebody else placed it.
 */
export type OrderOwner = 'intent' | 'exit' | OrderMaker | 'nobody'

/** What of an order tells its owner. */
export type OwnedOrder = Pick<OrderReport, 'clientOrderId' | 'madeBy' | 'price'>

/** Who an order belongs to; `isClaimed` tells whether a claim names it. */
export function ownerOf({ clientOrderId, madeBy, price }: OwnedOrder, isClaimed: boolean): OrderOwner {
  if (isClaimed) return 'intent'
  if (isExitId(clientOrderId)) return 'exit'
  if (isStopId(clientOrderId)) return 'stop'
  // Our stops become market orders: what a conditional order made and has a price is somebody else's.
  if (madeBy === 'stop' && price !== undefined) return 'nobody'
  return madeBy ?? 'nobody'
}

/** Whether the venue itself placed it, which a person must know of. */
export function isVenues(owner: OrderOwner): boolean {
  return owner === 'liquidation' || owner === 'deleveraging' || owner === 'settlement'
}

/** What stands in the place of a strategy's name in the record of an order that no strategy sent; no strategy has brackets. */
export function nameOfOwner(owner: OrderOwner): string {
  return `(${owner})`
}

/** Whether a name in a record is that of a strategy. */
export function isStrategyName(name: string): boolean {
  return !name.startsWith('(')
}
