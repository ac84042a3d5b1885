import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { egressSettle } from '../../lua/egress-settle.ts'
import type { RequestGate, Ticket, VenueAnswer, VenueRequest } from '../exchange/exchange.ts'
import type { Hub } from '../hub/hub.ts'
import { allowanceOf } from '../model/egress-budget.ts'
import type { Charge, EgressClass, Flow, VenueLimit } from '../model/egress-budget.ts'
import { InvariantError, RetryLaterError } from '../model/errors.ts'
import { bookCharges, windowMsOf } from './book-charges.ts'
import type { Bucket, Booking } from './book-charges.ts'
import { openClosures } from './closures.ts'
import type { OrderBooking } from './order-rates.ts'

/** One public address of this process: requests leave by it under the budgets that all processes share. */
export interface Egress {
  /** the port that an exchange's requests pass */
  readonly gate: RequestGate
  /**
   * Runs a call of an exchange; each request it makes is booked for `egressClass`, orders of what `orders` has booked
   * already, and `onLeave` is told as it leaves.
   */
  call<T>(
    egressClass: EgressClass,
    run: () => Promise<T>,
    onLeave?: () => void,
    flow?: Flow,
    orders?: OrderBooking,
  ): Promise<T>
  /** real ms since epoch until which the address is closed, as far as this process knows; 0 when open */
  closedUntil(): number
  /** lets nobody wait for weight any longer: what would is told at once to come again later */
  stop(): void
  /** how many such charges of `egressClass` leave in a real second at most, as the last one of the class was told */
  perSecond(egressClass: EgressClass, charge: Charge): number
}

interface CallScope {
  readonly egressClass: EgressClass
  readonly flow: Flow
  readonly onLeave: (() => void) | undefined
  readonly orders: OrderBooking | undefined
}

// Of all addresses: each storage costs every promise of the process a little, whether anything is kept in it or not.
const scopes = new AsyncLocalStorage<CallScope>()
const restFlow: Flow = { name: 'rest', share: 0 }

// Real ms.
const longestWaitMs = 2_000
const redisAwayMs = 1_000
const announceEveryMs = 1_000

// Market ms at the start of a window in which an answer's count may still be of the window before.
const guardMs = 1_500

/** The address that the configuration names, at a venue. */
export function openEgress(hub: Hub, venue: string): Egress {
  const { address, share } = hub.config
  const permitted = new Map<string, number>()
  const announcedAt = new Map<string, number>()
  const closures = openClosures(hub, venue)
  const stopping = new AbortController()

  // Whoever looks at the budgets wants to see their limits, and after a FLUSHALL again.
  function announce({ charge: { limit }, bucket }: Booking): void {
    const now = Date.now()
    if (now - (announcedAt.get(bucket.egress) ?? 0) < announceEveryMs) return
    announcedAt.set(bucket.egress, now)
    const whole = allowanceOf('protect', { limit, share }).permitted
    const windowMs = hub.clock.toRealMs(limit.windowMs)
    hub.redis.hset(bucket.egress, { limit: limit.limit, windowMs, permitted: whole }).catch(ignore)
    if (limit.scope !== 'address') return
    const member = bucket.egress === bucket.address ? address : `${address} ${limit.name}`
    hub.redis.zadd(hub.keys.addresses(venue), now, member).catch(ignore)
  }

  async function reserve(request: VenueRequest, scope: CallScope): Promise<readonly Booking[]> {
    const { egressClass, flow, orders } = scope
    const taken: Booking[] = []
    const charges = request.charges.filter(({ limit, amount }) => {
      const booking = orders?.take(limit, amount)
      if (booking !== undefined) taken.push(booking)
      return booking === undefined
    })
    const note = (limit: VenueLimit, most: number) => permitted.set(`${egressClass} ${limit.name}`, most)
    const giveUpAt = Date.now() + (flow.patienceMs ?? longestWaitMs)
    for (;;) {
      closures.requireOpen(request.charges)
      const booked = await bookCharges(hub, venue, charges, { egressClass, flow }, note).catch(
        (cause: unknown) => {
          // Market data is the first to stop: without Redis nobody knows what is left of the budget.
          throw new RetryLaterError('Redis is away, so no weight can be booked', {
            retryAt: Date.now() + redisAwayMs,
            cause,
          })
        },
      )
      if (booked.granted) {
        booked.bookings.forEach(announce)
        if (booked.inMs > 1) await sleep(booked.inMs)
        // Of a limit by user the script does not know whether the address is closed.
        const bookings = [...taken, ...booked.bookings]
        const knowsAddress = bookings.some(({ charge }) => charge.limit.scope === 'address')
        if (booked.inMs + booked.waitedMs > 1 || !knowsAddress) await closures.requireStillOpen(bookings)
        return bookings
      }
      if (booked.reason === 'closed') throw closures.close(booked.bucket, booked.waitMs)
      const hasTime = Date.now() + booked.waitMs <= giveUpAt
      if (!hasTime || (await isOver(booked.waitMs))) {
        const what = `${venue}: no ${booked.refused.limit.name} left on address ${address} (${booked.reason})`
        throw new RetryLaterError(what, { retryAt: Date.now() + booked.waitMs })
      }
    }
  }

  /** Whether the wait was ended before its time. */
  async function isOver(waitMs: number): Promise<boolean> {
    await sleep(waitMs, undefined, { signal: stopping.signal }).catch(ignore)
    return stopping.signal.aborted
  }

  async function settle(bookings: readonly Booking[], answer: VenueAnswer): Promise<void> {
    const { status, usedWeight, closeForMs, closes = 'address' } = answer
    const closeMs = closeForMs === undefined ? 0 : Math.ceil(hub.clock.toRealMs(closeForMs))
    const closed = closeMs === 0 ? [] : closes === 'address' ? [closures.ofAddress] : narrowest(bookings)
    for (const bucket of closed) closures.close(bucket, closeMs)
    const isClosed = ({ egress }: Bucket) => closed.some((bucket) => bucket.egress === egress)
    // What stands in a rolling window is exact, and no header tells it.
    const told = bookings.filter(({ charge, bucket }) => charge.limit.window === 'fixed' || isClosed(bucket))
    await Promise.all(
      told.map(({ charge: { limit }, bucket, window }) =>
        egressSettle(hub.redis, bucket, {
          window,
          used: limit.counts === 'weight' ? usedWeight : undefined,
          closeMs: isClosed(bucket) ? closeMs : 0,
          status,
          windowMs: windowMsOf(hub, limit),
          guardMs: hub.clock.toRealMs(guardMs),
        }),
      ),
    )
    const wasTold = ({ egress }: Bucket) => told.some(({ bucket }) => bucket.egress === egress)
    if (!closed.every(wasTold)) await closures.tell(closeMs, status)
  }

  const gate: RequestGate = {
    async enter(request): Promise<Ticket> {
      const scope = scopes.getStore()
      if (scope === undefined) throw new InvariantError(`${request.path} was requested outside egress.call`)
      const bookings = await reserve(request, scope)
      scope.onLeave?.()
      return {
        settle(answer) {
          const { status, closeForMs, closes } = answer
          if (closeForMs !== undefined)
            hub.log.warn(
              { venue, address, status, closeForMs, closes, path: request.path },
              'the venue closed the address, or a limit of it',
            )
          settle(bookings, answer).catch((error: unknown) => {
            hub.log.debug({ err: error }, 'an answer was not settled')
          })
        },
      }
    },
  }
  return {
    gate,
    call: (egressClass, run, onLeave, flow = restFlow, orders) =>
      scopes.run({ egressClass, flow, onLeave, orders }, run),
    closedUntil: () => closures.until(),
    stop: () => stopping.abort(),
    perSecond(egressClass, { limit, amount }) {
      const most =
        permitted.get(`${egressClass} ${limit.name}`) ??
        allowanceOf(egressClass, { limit, amount, share }).permitted
      return (most * 1000) / hub.clock.toRealMs(limit.windowMs) / amount
    },
  }
}

/** The buckets of the account where there are any: it is these that a venue means that refuses some of its requests. */
function narrowest(bookings: readonly Booking[]): Bucket[] {
  const ofAccount = bookings.filter(({ charge }) => charge.limit.scope !== 'address')
  return (ofAccount.length > 0 ? ofAccount : bookings).map(({ bucket }) => bucket)
}

function ignore(): void {}
