/** Who may go first on one public address. */
export type EgressClass = 'protect' | 'orders' | 'account' | 'market'

/** One limit of a venue on requests. */
export interface VenueLimit {
  /** unlike that of any other limit of the venue */
  readonly name: string
  /** whose requests it counts together: those of one address, of one user, or of one user in one instrument */
  readonly scope: 'address' | 'user' | 'instrument'
  /** what of them it counts; orders and cancels are as many as a request has in its list */
  readonly counts: 'weight' | 'requests' | 'orders' | 'cancels'
  /** how many of these in one window */
  readonly limit: number
  /** market ms */
  readonly windowMs: number
  /** fixed: from whole multiples of its length on; rolling: any span of its length */
  readonly window: 'fixed' | 'rolling'
  /** `METHOD path` of the requests that count; undefined: all of them */
  readonly endpoints?: readonly string[]
}

/** What one request counts in one limit. */
export interface Charge {
  readonly limit: VenueLimit
  readonly amount: number
  /** of a limit by instrument */
  readonly symbol?: string | undefined
}

/** Requests that keep a pace of their own, with a part of the address's weight of their own. */
export interface Flow {
  readonly name: string
  /** part of the permitted weight, 0 to 1; 0: what the other flows leave */
  readonly share: number
  /** weight of its ordinary request, 5 unless told otherwise; a heavier one makes the others a little slower */
  readonly usualWeight?: number
  /** real ms that a request of it may wait for its turn, 2,000 unless told otherwise */
  readonly patienceMs?: number
}

/** What one class may use of a limit's window. */
export interface ClassAllowance {
  /** weight the window may hold when a request of this class is added */
  readonly permitted: number
  /** part of `permitted` to leave alone while market data and orders or accounts share the address */
  readonly kept: number
  /** market data, or orders and accounts */
  readonly group: 'market' | 'private'
  /** spread over the window, or sent at once */
  readonly paced: boolean
}

// Where orders or accounts share the address with market data, this part is for protect and cancel alone.
const keptForProtect = 0.25
// And so much more for orders: what is paced takes all that it may of a window, and would leave them nothing of its end.
const keptForOrders = 0.05

// Of an account's orders this part is for protect and cancel alone, always. Nobody else is thought to send any.
const ordersKeptForProtect = 0.3

/**
 * The allowance of `egressClass` for a request of some amount when the address gives `share` (0 to 1) of its limits to us.
 * However small the share of a small limit is, one such request may leave in each window.
 */
export function allowanceOf(
  egressClass: EgressClass,
  of: { limit: Pick<VenueLimit, 'limit' | 'counts' | 'scope'>; share: number; amount?: number },
): ClassAllowance {
  if (of.limit.counts === 'orders') return orderAllowanceOf(egressClass, of.limit.limit)
  const least = Math.max(1, of.amount ?? 1)
  const permitted = Math.max(least, Math.floor(of.limit.limit * of.share))
  const atMost = (kept: number) => Math.min(kept, permitted - least)
  const kept = Math.ceil(permitted * keptForProtect)
  const keptByPaced = Math.ceil(permitted * (keptForProtect + keptForOrders))
  // Market data has no part in a limit of an account's own: what is kept there is kept from the account's readings.
  if (of.limit.scope !== 'address') {
    const keeps = { protect: 0, orders: kept, account: keptByPaced, market: keptByPaced }[egressClass]
    const paced = egressClass === 'account' || egressClass === 'market'
    return { permitted: permitted - atMost(keeps), kept: 0, group: 'private', paced }
  }
  switch (egressClass) {
    case 'protect':
      return { permitted, kept: 0, group: 'private', paced: false }
    case 'orders':
      return { permitted, kept: atMost(kept), group: 'private', paced: false }
    case 'account':
      return { permitted, kept: atMost(keptByPaced), group: 'private', paced: true }
    case 'market':
      return { permitted, kept: atMost(keptByPaced), group: 'market', paced: true }
  }
}

function orderAllowanceOf(egressClass: EgressClass, limit: number): ClassAllowance {
  const kept = egressClass === 'protect' ? 0 : ordersKeptForProtect
  const permitted = Math.floor(limit * (1 - kept) + 1e-9)
  return { permitted, kept: 0, group: 'private', paced: false }
}

/** The flows of a process as its heartbeat tells them: `tickers=0.2 marks=0.05`. */
export function encodeFlows(flows: readonly Flow[]): string {
  return flows.map(({ name, share }) => `${name}=${share}`).join(' ')
}

/** The flows that a heartbeat tells. */
export function decodeFlows(text: string | undefined): Flow[] {
  const parts = (text ?? '').split(' ').map((part) => part.split('='))
  return parts.flatMap(([name = '', share]) => (share === undefined ? [] : [{ name, share: Number(share) }]))
}
