import { compareDecimals } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { isTerminal } from './order.ts'
import type { OrderState } from './order.ts'

/** What tells the newer of two words on one order. */
export interface OrderVersion {
  readonly state: OrderState
  /** contracts, cumulative */
  readonly filled: Decimal
  /** venue time */
  readonly time: number
}

// Words of one version differ in nothing that matters; this makes the choice one for everybody.
const ranks: Readonly<Record<OrderState, number>> = {
  pending: 0,
  open: 1,
  expired: 2,
  cancelled: 3,
  rejected: 4,
  filled: 5,
}

/**
 * Positive when `a` is newer than `b`: the terminal one, then the one with more filled, then the one that the venue told of
 * (its clock is not the one by which we noted what we sent), then the later.
 */
export function compareOrderVersions(a: OrderVersion, b: OrderVersion): number {
  return (
    Number(isTerminal(a.state)) - Number(isTerminal(b.state)) ||
    compareDecimals(a.filled, b.filled) ||
    Number(a.state !== 'pending') - Number(b.state !== 'pending') ||
    a.time - b.time ||
    ranks[a.state] - ranks[b.state]
  )
}

/** The newer of two words on one order. A terminal state absorbs: nothing that is not terminal comes after it. */
export function newerOrder<T extends OrderVersion>(known: T, told: T): T {
  return compareOrderVersions(told, known) > 0 ? told : known
}
