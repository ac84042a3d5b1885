import { egressSettle } from '../../lua/egress-settle.ts'
import type { Hub } from '../hub/hub.ts'
import type { Charge } from '../model/egress-budget.ts'
import { RetryLaterError } from '../model/errors.ts'
import { bucketOf } from './book-charges.ts'
import type { Bucket, Booking } from './book-charges.ts'

/** What this process knows of closed limits, and of a closed address. */
export interface Closures {
  /** where a closure of the whole address stands */
  readonly ofAddress: Bucket
  /** Takes a limit for closed for so many real ms; gives the error for who asks for it. */
  close(bucket: Bucket, forMs: number): RetryLaterError
  /** Tells all processes that the address is closed, by an answer with this status. */
  tell(closeMs: number, status: number): Promise<void>
  /** Throws RetryLaterError where a limit of these is known to be closed. */
  requireOpen(charges: readonly Charge[]): void
  /** The same after a wait, in which another process may have learnt of it. */
  requireStillOpen(bookings: readonly Booking[]): Promise<void>
  /** real ms since epoch until which the address is closed, or one of its limits; 0 when open */
  until(): number
}

/** The closures of the address and the account that the configuration names. */
export function openClosures(hub: Hub, venue: string): Closures {
  const { address } = hub.config
  const egress = hub.keys.egress(venue, address)
  const ofAddress: Bucket = { egress, starts: hub.keys.starts(egress), address: egress }
  const closedUntil = new Map<string, number>()
  let untilOfAddress = 0

  function close(bucket: Bucket, forMs: number): RetryLaterError {
    const retryAt = Math.max(closedUntil.get(bucket.egress) ?? 0, Date.now() + forMs)
    closedUntil.set(bucket.egress, retryAt)
    if (bucket.address === ofAddress.egress) untilOfAddress = Math.max(untilOfAddress, retryAt)
    return new RetryLaterError(`${venue}: address ${address} is closed`, { retryAt })
  }

  function requireBucketOpen(bucket: Bucket): void {
    const until = Math.max(...[bucket.egress, ofAddress.egress].map((key) => closedUntil.get(key) ?? 0))
    if (until > Date.now())
      throw new RetryLaterError(`${venue}: address ${address} is closed`, { retryAt: until })
  }

  return {
    ofAddress,
    close,
    async tell(closeMs, status) {
      const nothing = { window: 0, used: undefined, windowMs: 1, guardMs: 0 }
      await egressSettle(hub.redis, ofAddress, { ...nothing, closeMs, status })
      await hub.redis.zadd(hub.keys.addresses(venue), Date.now(), address)
    },
    requireOpen(charges) {
      for (const charge of charges) requireBucketOpen(bucketOf(hub, venue, charge))
    },
    async requireStillOpen(bookings) {
      for (const { bucket } of bookings) requireBucketOpen(bucket)
      const keys = new Set([ofAddress.egress, ...bookings.map(({ bucket }) => bucket.egress)])
      const [[seconds, micros], ...told] = await Promise.all([
        hub.redis.time(),
        ...[...keys].map((key) => hub.redis.hget(key, 'closedUntil')),
      ])
      const now = Number(seconds) * 1000 + Number(micros) / 1000
      for (const [at, key] of [...keys].entries()) {
        const leftMs = Number(told[at] ?? 0) - now
        const bucket = bookings.find((booking) => booking.bucket.egress === key)?.bucket ?? ofAddress
        if (leftMs > 0) throw close(bucket, leftMs)
      }
    },
    until: () => untilOfAddress,
  }
}
