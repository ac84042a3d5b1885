import type { Reservation } from '../../lua/claim-intent.ts'
import { ceilTo, div, floorTo } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** What orders under way hold of each counter, in whole units. */
export type Reserved = Readonly<Record<string, number>>

// Of the quote asset. Whole numbers, since Lua adds them up; fine enough for a cent, coarse enough for 2^53.
const unit = '0.0001'

/** The counter of a limit; that of a symbol has its name. */
export function counterOf(limit: 'gross' | 'orders' | 'slots' | { readonly symbol: string }): string {
  return typeof limit === 'string' ? limit : `symbol:${limit.symbol}`
}

/** A notional in whole units, rounded up: what an order holds. */
export function toHeldUnits(notional: Decimal): number {
  return Number(div(ceilTo(notional, unit), unit, 0))
}

/** A notional in whole units, rounded down: what there is room for. */
export function toRoomUnits(notional: Decimal): number {
  return Number(div(floorTo(notional, unit), unit, 0))
}

/** Whole units as a notional. */
export function fromUnits(units: number): Decimal {
  return div(String(units), '10000', 4)
}

/** What is left of a reservation's room, which is the limit less what the account has already; negative when it is passed already. */
export function leftOf({ counter, room }: Pick<Reservation, 'counter' | 'room'>, reserved: Reserved): number {
  return room - (reserved[counter] ?? 0)
}
