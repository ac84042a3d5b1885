import type { Hub } from '../hub/hub.ts'
import type { EgressClass, VenueLimit } from '../model/egress-budget.ts'
import { RetryLaterError } from '../model/errors.ts'
import { bookCharges, bucketOf, horizonMs, releaseBookings, windowMsOf } from './book-charges.ts'

/** One of the venue's limits on an account's orders, and how many of them are used; market ms. */
export interface UsedOrderRate {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
  readonly used: number
}

/** Orders of an account that are booked, and not sent yet. */
export interface OrderBooking {
  /** Takes what a request needs of it; false when it has not so many left, or was booked too long ago. */
  take(limit: VenueLimit, orders: number): boolean
  /** Whether it was booked so lately that requests which follow soon may take of it. */
  isFresh(): boolean
  /** Gives everything back; for orders of which none was sent. */
  release(): Promise<void>
}

const noFlow = { name: '', share: 0 }

/** What the account of the configuration has used of the limits on orders; `symbol` for those by instrument. */
export function readOrderRates(
  hub: Hub,
  venue: { readonly id: string; readonly limits: readonly VenueLimit[] },
  symbol: string,
): Promise<UsedOrderRate[]> {
  return Promise.all(
    orderLimitsOf(venue).map(async (limit) => {
      const { starts } = bucketOf(hub, venue.id, { limit, amount: 1, symbol: symbolIn(limit, symbol) })
      const [seconds, micros] = await hub.redis.time()
      const since = Number(seconds) * 1e6 + Number(micros) - (windowMsOf(hub, limit) + horizonMs) * 1000
      const used = await hub.redis.zcount(starts, `(${Math.floor(since)}`, '+inf')
      return { name: limit.name, windowMs: limit.windowMs, limit: limit.limit, used }
    }),
  )
}

/**
 * Books `orders` orders in one symbol for the account of the configuration, all of them or none; of each limit a part is
 * kept for protect and cancel. Throws RetryLaterError where one of the limits has no room. The requests that follow
 * within a quarter of a second take of it when it is given to `egress.call`.
 */
export async function reserveOrders(
  hub: Hub,
  venue: { readonly id: string; readonly limits: readonly VenueLimit[] },
  of: { readonly egressClass: EgressClass; readonly symbol: string; readonly orders: number },
): Promise<OrderBooking> {
  const { egressClass, symbol, orders } = of
  const charges = orderLimitsOf(venue).map((limit) => ({
    limit,
    amount: orders,
    symbol: symbolIn(limit, symbol),
  }))
  const bookedAt = Date.now()
  const booked = await bookCharges(hub, venue.id, charges, { egressClass, flow: noFlow }).catch(
    (cause: unknown) => {
      throw new RetryLaterError('Redis is away, so no order can be booked', { retryAt: Date.now(), cause })
    },
  )
  if (!booked.granted)
    throw new RetryLaterError(`${venue.id}: no room for ${orders} orders in "${booked.refused.limit.name}"`, {
      retryAt: Date.now() + booked.waitMs,
    })
  const left = new Map(charges.map(({ limit }) => [limit.name, orders]))
  return {
    take({ name }, wanted) {
      const has = left.get(name) ?? 0
      if (has < wanted || Date.now() - bookedAt > horizonMs) return false
      left.set(name, has - wanted)
      return true
    },
    isFresh: () => Date.now() - bookedAt <= horizonMs / 2,
    release: () => releaseBookings(hub, booked.bookings),
  }
}

function orderLimitsOf({ limits }: { readonly limits: readonly VenueLimit[] }): VenueLimit[] {
  return limits.filter(({ counts }) => counts === 'orders')
}

function symbolIn({ scope }: VenueLimit, symbol: string): string | undefined {
  return scope === 'instrument' ? symbol : undefined
}
