import { setTimeout as sleep } from 'node:timers/promises'
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
  | {
      readonly granted: true
      readonly inMs: number
      /** real ms for which its turn was waited for already */
      readonly waitedMs: number
      readonly bookings: readonly Booking[]
    }
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
 * Books a request in each of its limits and gives back what was booked when one of them refuses. One after the other: the
 * scarcest keeps the pace, and so do those behind it; its turn in one is waited for before the next is asked, so that it
 * counts there when it leaves. Or in all of them at once, which is for what keeps no pace.
 */
export async function bookCharges(
  hub: Hub,
  venue: string,
  charges: readonly Charge[],
  of: { readonly egressClass: EgressClass; readonly flow: Flow; readonly atOnce?: boolean },
  onPermitted: (limit: VenueLimit, permitted: number) => void = () => {},
): Promise<Booked> {
  const { egressClass, flow, atOnce = false } = of
  const pacing = pacingOf(charges, egressClass)
  const isLast = (at: number) => !atOnce && at === charges.length - 1
  const keepsPace = (at: number) => !atOnce && at >= pacing
  const book = async (charge: Charge, at: number) => {
    const asked = { charge, isLast: isLast(at), flow: keepsPace(at) ? flow : undefined }
    const one = await bookCharge(hub, venue, egressClass, asked)
    onPermitted(charge.limit, one.answer.permitted)
    return one
  }
  const bookings: Booking[] = []
  let [inMs, waitedMs] = [0, 0]
  let refused: (Booked & { readonly granted: false }) | undefined
  const take = ({ charge, bucket, answer }: Asked): void => {
    if (!answer.granted) return void (refused ??= { ...answer, refused: charge, bucket })
    bookings.push({ charge, bucket, window: answer.window })
    inMs = Math.max(inMs, answer.inMs)
  }
  if (atOnce) for (const one of await Promise.all(charges.map(book))) take(one)
  else
    for (const [at, charge] of charges.entries()) {
      const one = await book(charge, at)
      take(one)
      if (refused !== undefined) break
      if (!one.isPaced || isLast(at) || inMs === 0) continue
      await sleep(inMs)
      waitedMs += inMs
      inMs = 0
    }
  if (refused === undefined) return { granted: true, inMs, waitedMs, bookings }
  await releaseBookings(hub, bookings)
  return refused
}

interface Asked {
  readonly charge: Charge
  readonly bucket: Bucket
  readonly isPaced: boolean
  readonly answer: Reservation
}

/** Books one charge, at the pace of a flow where there is one. */
async function bookCharge(
  hub: Hub,
  venue: string,
  egressClass: EgressClass,
  of: { readonly charge: Charge; readonly isLast: boolean; readonly flow: Flow | undefined },
): Promise<Asked> {
  const { charge, isLast, flow } = of
  const { limit, amount } = charge
  const bucket = bucketOf(hub, venue, charge)
  const { paced: mayPace, ...allowance } = allowanceOf(egressClass, {
    limit,
    amount,
    share: hub.config.share,
  })
  const isPaced = mayPace && flow !== undefined
  const isRolling = limit.window === 'rolling'
  const areOrders = limit.counts === 'orders'
  // Booked for now, it leaves when the last one lets it, or when the order is made.
  const laterMs = isRolling && (!isLast || areOrders) ? horizonMs : 0
  const answer = await egressReserve(hub.redis, bucket, {
    weight: amount,
    ...allowance,
    ...(isPaced ? { flow: flow.name, share: flow.share } : { flow: '', share: 0 }),
    usual: flow?.usualWeight ?? usualWeight,
    windowMs: windowMsOf(hub, limit) + laterMs,
    rolling: isRolling ? 1 : 0,
    horizonMs,
    // Orders too many are refused and nothing worse, so that a new account need not wait for its first ones.
    probeMs: areOrders ? 0 : probeMs,
  })
  return { charge, bucket, isPaced, answer }
}

/** From which charge on limits keep the pace: the one that lets the fewest leave, of orders the last. */
function pacingOf(charges: readonly Charge[], egressClass: EgressClass): number {
  const perMs = charges.map(({ limit, amount }) => limit.limit / limit.windowMs / amount)
  const isPaced = charges.every(({ limit }) => allowanceOf(egressClass, { limit, share: 1 }).paced)
  return isPaced ? perMs.lastIndexOf(Math.min(...perMs)) : charges.length - 1
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
