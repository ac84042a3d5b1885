import type { Reservation } from '../../lua/claim-intent.ts'

/** Why an order is denied. */
export type DenialCode =
  | 'state'
  | 'instrument'
  | 'stale'
  | 'actor'
  | 'rate'
  | 'price'
  | 'unknown'
  | 'nothing to reduce'
  | 'order notional'
  | 'position notional'
  | 'gross'
  | 'leverage'
  | 'open orders'
  | 'liquidation'
  | 'slots'

export interface Denial {
  readonly verdict: 'denied'
  readonly code: DenialCode
  /** a sentence */
  readonly reason: string
}

/** `reservations` are what the order's claim must hold, so that no others pass a limit beside it. */
export type OrderVerdict =
  | { readonly verdict: 'approved'; readonly reservations: readonly Reservation[] }
  | Denial

/** A denial, for a reason that is told as a sentence. */
export function denied(code: DenialCode, reason: string): Denial {
  return { verdict: 'denied', code, reason }
}
