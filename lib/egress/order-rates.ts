import type { Hub } from '../hub/hub.ts'
import type { Charge, VenueLimit } from '../model/egress-budget.ts'
import { RetryLaterError } from '../model/errors.ts'
import { bookCharges, bucketOf, horizonMs, releaseBookings, windowMsOf } from './book-charges.ts'
import type { Booking } from './book-charges.ts'

/** One of the venue's limits on an account's orders, and how many of them are used; market ms. */
export interface UsedOrderRate {
  readonly name: string
  readonly windowMs: number
  readonly limit: number
  readonly used: number
}

/** Orders of an account that are booked, in each limit that they count in, and not sent yet. */
export interface OrderBooking {
  /** Takes what a request counts in a limit; undefined when it has not so much left, or was booked too long ago. */
  take(limit: VenueLimit, amount: number): Booking | undefined
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
 * Books `orders` orders for the address and the account of the configuration, each of which counts `charges`: all of them
 * or none; of each limit a part is kept for protect and cancel. Throws RetryLaterError where one of the limits has no
 * room. The requests that follow within a quarter of a second take of it when it is given to `egress.call`.
 */
export async function reserveOrders(
  hub: Hub,
  venue: string,
  charges: readonly Charge[],
  of: { readonly egressClass: 'orders' | 'protect'; readonly orders: number },
): Promise<OrderBooking> {
  const { egressClass, orders } = of
  const all = charges.map((charge) => ({ ...charge, amount: charge.amount * orders }))
  const bookedAt = Date.now()
  const asking = { egressClass, flow: noFlow, atOnce: true }
  const booked = await bookCharges(hub, venue, all, asking).catch((cause: unknown) => {
    throw new RetryLaterError('Redis is away, so no order can be booked', { retryAt: Date.now(), cause })
  })
  if (!booked.granted) {
    const { refused, reason, waitMs } = booked
    throw new RetryLaterError(
      `${venue}: no room for ${orders} orders in "${refused.limit.name}" (${reason})`,
      { retryAt: Date.now() + waitMs },
    )
  }
  const left = new Map(booked.bookings.map((booking) => [booking.charge.limit.name, booking]))
  return {
    take({ name }, wanted) {
      const booking = left.get(name)
      if (booking === undefined || Date.now() - bookedAt > horizonMs) return undefined
      const { charge } = booking
      const rest = charge.amount - wanted
      if (rest < 0) return undefined
      left.set(name, { ...booking, charge: { ...charge, amount: rest } })
      return booking
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
