/** Who may go first on one public address. */
export type EgressClass = 'protect' | 'orders' | 'account' | 'market'

/** A venue's limit on weight by source address. */
export interface WeightLimit {
  /** weight in one window */
  readonly limit: number
  readonly windowMs: number
}

/** What one class may use of an address's window. */
export interface ClassAllowance {
  /** weight the window may hold when a request of this class is added */
  readonly permitted: number
  /** spread over the window, or sent at once */
  readonly paced: boolean
}

// Where orders or accounts share the address with market data, this part is kept for protect and cancel.
const keptForProtect = 0.25

/** The allowance of `egressClass` when the address gives `share` (0 to 1) of its limit to us. */
export function allowanceOf(
  egressClass: EgressClass,
  of: { limit: WeightLimit; share: number; sharedWithOrders: boolean },
): ClassAllowance {
  const whole = Math.floor(of.limit.limit * of.share)
  const rest = of.sharedWithOrders ? Math.floor(whole * (1 - keptForProtect)) : whole
  switch (egressClass) {
    case 'protect':
      return { permitted: whole, paced: false }
    case 'orders':
      return { permitted: rest, paced: false }
    case 'account':
    case 'market':
      return { permitted: rest, paced: true }
  }
}
