import { egressRelease } from '../../lua/egress-release.ts'
import { egressReserve } from '../../lua/egress-reserve.ts'
import type { Reservation } from '../../lua/egress-reserve.ts'
import type { Hub } from '../hub/hub.ts'
import { allowanceOf } from '../model/egress-budget.ts'
import type { Charge, EgressClass, Flow, VenueLimit } from '../model/egress-budget.ts'

/** Where the budget in one limit stands in Redis. */
export interface Bucket {
  readonly egress: string
  readonly starts: string
  /** hash whose closure holds for it, too */
  readonly address: string
}

/** A charge that is booked. */
export interface Booking {
  readonly charge: Charge
  readonly bucket: Bucket
  /** as the script told it */
  readonly window: number
}

/** All charges of a request booked, or the one that was refused, and then none of them. */
export type Booked =
  | { readonly granted: true; readonly inMs: number; readonly bookings: readonly Booking[] }
  | (Extract<Reservation, { granted: false }> & { readonly refused: Charge; readonly bucket: Bucket })

/** Real ms that a start may be booked ahead. */
export const horizonMs = 250

// Real ms.
const probeMs = 10_000
const usualWeight = 5
// A request leaves a little later than booked, one more, another less: so much longer a rolling window is taken for.
const mostStrayMs = 60
const strayPart = 0.03

/** The bucket of a charge, of the address and the account that the configuration names. */
export function bucketOf(hub: Hub, venue: string, { limit, symbol }: Charge): Bucket {
  const { address, account } = hub.config
  // What counts every request is the address's own budget.
  const name = limit.endpoints === undefined ? undefined : limit.name
  const ofAddress = hub.keys.egress(venue, address)
  const egress =
    limit.scope === 'address'
      ? hub.keys.egress(venue, address, name)
      : hub.keys.rates(venue, account, limit.name, symbol)
  return {
    egress,
    starts: hub.keys.starts(egress),
    address: limit.scope === 'address' ? ofAddress : egress,
  }
}

/** Real ms that a limit's window is taken for. */
export function windowMsOf(hub: Hub, { windowMs, window }: VenueLimit): number {
  const realMs = hub.clock.toRealMs(windowMs)
  return window === 'fixed' ? realMs : realMs + Math.min(mostStrayMs, realMs * strayPart)
}

/**
 * Books a request in each of its limits and gives back what was booked when one of them refuses. One after the other,
 * and the last one, the widest, keeps the pace; or in all of them at once, which is for what keeps none.
 */
export async function bookCharges(
  hub: Hub,
  venue: string,
  charges: readonly Charge[],
  of: Asking,
  onPermitted: (limit: VenueLimit, permitted: number) => void = () => {},
): Promise<Booked> {
  const book = async (charge: Charge, isLast: boolean) => {
    const asked = await bookCharge(hub, venue, { charge, isLast }, of)
    onPermitted(charge.limit, asked.answer.permitted)
    return asked
  }
  const all: Asked[] = []
  if (of.atOnce === true) all.push(...(await Promise.all(charges.map((charge) => book(charge, false)))))
  else
    for (const [at, charge] of charges.entries()) {
      const asked = await book(charge, at === charges.length - 1)
      all.push(asked)
      if (!asked.answer.granted) break
    }
  const bookings: Booking[] = []
  let inMs = 0
  let refused: (Booked & { readonly granted: false }) | undefined
  for (const { charge, bucket, answer } of all) {
    if (answer.granted) {
      bookings.push({ charge, bucket, window: answer.window })
      inMs = Math.max(inMs, answer.inMs)
    } else refused ??= { ...answer, refused: charge, bucket }
  }
  if (refused === undefined) return { granted: true, inMs, bookings }
  await releaseBookings(hub, bookings)
  return refused
}

interface Asking {
  readonly egressClass: EgressClass
  readonly flow: Flow
  readonly atOnce?: boolean
}

interface Asked {
  readonly charge: Charge
  readonly bucket: Bucket
  readonly answer: Reservation
}

async function bookCharge(
  hub: Hub,
  venue: string,
  { charge, isLast }: { readonly charge: Charge; readonly isLast: boolean },
  of: Asking,
): Promise<Asked> {
  const { limit, amount } = charge
  const bucket = bucketOf(hub, venue, charge)
  const { paced: keepsPace, ...allowance } = allowanceOf(of.egressClass, { limit, share: hub.config.share })
  const paced = keepsPace && isLast
  const flow = paced ? { flow: of.flow.name, share: of.flow.share } : { flow: '', share: 0 }
  const isRolling = limit.window === 'rolling'
  const areOrders = limit.counts === 'orders'
  // Booked for now, it leaves when the last one lets it, or when the order is made.
  const laterMs = isRolling && (!isLast || areOrders) ? horizonMs : 0
  const answer = await egressReserve(hub.redis, bucket, {
    weight: amount,
    ...allowance,
    ...flow,
    usual: of.flow.usualWeight ?? usualWeight,
    windowMs: windowMsOf(hub, limit) + laterMs,
    rolling: isRolling ? 1 : 0,
    horizonMs,
    // Orders too many are refused and nothing worse, so that a new account need not wait for its first ones.
    probeMs: areOrders ? 0 : probeMs,
  })
  return { charge, bucket, answer }
}

/** Gives back what was booked for a request that does not leave. */
export async function releaseBookings(hub: Hub, bookings: readonly Booking[]): Promise<void> {
  await Promise.all(
    bookings.map(({ charge: { limit, amount }, bucket, window }) =>
      egressRelease(hub.redis, bucket, {
        weight: amount,
        window,
        rolling: limit.window === 'rolling' ? 1 : 0,
      }),
    ),
  )
}
