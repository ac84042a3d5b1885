import type { OrderBooking } from '../egress/order-rates.ts'

/** What one intent has booked in the venue's rates. */
export interface IntentRates {
  /** so many orders, all of them or none; throws RetryLaterError where they have no room */
  book(orders: number): Promise<OrderBooking>
  /** its orders are claimed: they leave, and nothing is given back */
  keep(): void
  /** gives back what was not kept */
  release(): Promise<void>
}

/**
 * The rates of an intent for which `first`, one order, was booked while nobody knew what it comes to; undefined: nothing
 * was. `reserve` books.
 */
export function openIntentRates(
  first: OrderBooking | undefined,
  reserve: (orders: number) => Promise<OrderBooking>,
): IntentRates {
  let booked = first === undefined ? undefined : { orders: 1, booking: first }

  async function release(): Promise<void> {
    const { booking } = booked ?? {}
    booked = undefined
    await booking?.release()
  }

  return {
    async book(orders) {
      if (booked?.orders === orders && booked.booking.isFresh()) return booked.booking
      await release()
      const booking = await reserve(orders)
      booked = { orders, booking }
      return booking
    },
    keep: () => void (booked = undefined),
    release,
  }
}
