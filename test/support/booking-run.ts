import { setTimeout as sleep } from 'node:timers/promises'
import { bookCharges } from '../../lib/egress/book-charges.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Charge, EgressClass } from '../../lib/model/egress-budget.ts'

/** Where and when one unit of a booking counts: a start in us, or of a fixed window the start of that in ms. */
export interface BookedUnit {
  readonly limit: string
  readonly bucket: string
  readonly at: number
}

/** A request that is to be booked. */
export interface RequestToBook {
  readonly egressClass: EgressClass
  readonly flow: { readonly name: string; readonly share: number }
  readonly charges: readonly Charge[]
}

/** Books requests one after the other, each until it is granted or `until`, and tells what Redis has of them. */
export async function bookAll(
  hub: Hub,
  requests: Iterable<RequestToBook>,
  until: number,
): Promise<BookedUnit[]> {
  const units: BookedUnit[] = []
  for (const { charges, ...of } of requests) {
    for (;;) {
      if (Date.now() > until) return units
      const booked = await bookCharges(hub, 'okx', charges, of)
      if (!booked.granted) {
        await sleep(Math.min(booked.waitMs, 50))
        continue
      }
      for (const { charge, bucket, window } of booked.bookings) {
        const numbers = Array.from({ length: charge.amount }, (_, i) => String(window - i))
        const isRolling = charge.limit.window === 'rolling'
        const scores =
          isRolling && numbers.length > 0 ? await hub.redis.zmscore(bucket.starts, ...numbers) : []
        // One that is older than its window is not told any more.
        const at = isRolling ? scores.flatMap((score) => score ?? []).map(Number) : numbers.map(() => window)
        units.push(...at.map((each) => ({ limit: charge.limit.name, bucket: bucket.egress, at: each })))
      }
      break
    }
  }
  return units
}

/** The most of these times, in us, that lie in one span of `windowMs`. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  let [most, from] = [0, 0]
  for (const [at, time] of sorted.entries()) {
    while (time - (sorted[from] ?? 0) >= windowMs * 1000) from += 1
    most = Math.max(most, at - from + 1)
  }
  return most
}
