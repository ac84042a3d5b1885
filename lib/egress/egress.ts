import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { egressReserve } from '../../lua/egress-reserve.ts'
import { egressSettle } from '../../lua/egress-settle.ts'
import type { RequestGate, Ticket, VenueRequest } from '../exchange/exchange.ts'
import type { Hub } from '../hub/hub.ts'
import { allowanceOf } from '../model/egress-budget.ts'
import type { EgressClass, Flow, WeightLimit } from '../model/egress-budget.ts'
import { InvariantError, RetryLaterError } from '../model/errors.ts'

/** One public address of this process: requests leave by it under the budget that all processes share. */
export interface Egress {
  /** the port that an exchange's requests pass */
  readonly gate: RequestGate
  /** Runs a call of an exchange; each request it makes is booked for `egressClass`, and `onLeave` is told as it leaves. */
  call<T>(egressClass: EgressClass, run: () => Promise<T>, onLeave?: () => void, flow?: Flow): Promise<T>
  /** real ms since epoch until which the address is closed, as far as this process knows; 0 when open */
  closedUntil(): number
  /** weight of `egressClass` that leaves in a real second at most, as the last request of the class was told */
  weightPerSecond(egressClass: EgressClass): number
}

interface CallScope {
  readonly egressClass: EgressClass
  readonly flow: Flow
  readonly onLeave: (() => void) | undefined
}

const restFlow: Flow = { name: 'rest', share: 0 }

const usualWeight = 5

// Real ms.
const horizonMs = 250
const longestWaitMs = 2_000
const probeMs = 10_000
const redisAwayMs = 1_000
const announceEveryMs = 1_000

// Market ms at the start of a window in which an answer's count may still be of the window before.
const guardMs = 1_500

/** The address that the configuration names, at a venue with this limit. */
export function openEgress(hub: Hub, venue: string, limit: WeightLimit): Egress {
  const { address, share } = hub.config
  const keys = { egress: hub.keys.egress(venue, address) }
  const windowMs = hub.clock.toRealMs(limit.windowMs)
  const scopes = new AsyncLocalStorage<CallScope>()
  const permitted = new Map<EgressClass, number>()
  let closedUntil = 0
  let announcedAt = 0

  // Whoever looks at the budget wants to see its limits, and after a FLUSHALL again.
  function announce(whole: number): void {
    const now = Date.now()
    if (now - announcedAt < announceEveryMs) return
    announcedAt = now
    hub.redis.zadd(hub.keys.addresses(venue), now, address).catch(ignore)
    hub.redis.hset(keys.egress, { limit: limit.limit, windowMs, permitted: whole }).catch(ignore)
  }

  function close(forMs: number): RetryLaterError {
    closedUntil = Math.max(closedUntil, Date.now() + forMs)
    return new RetryLaterError(`${venue}: address ${address} is closed`, { retryAt: closedUntil })
  }

  async function reserve(request: VenueRequest, { egressClass, flow }: CallScope): Promise<number> {
    const { paced, ...allowance } = allowanceOf(egressClass, { limit, share })
    const pace = paced ? { flow: flow.name, share: flow.share } : { flow: '', share: 0 }
    const usual = flow.usualWeight ?? usualWeight
    const args = { weight: request.weight, ...allowance, ...pace, usual, windowMs, horizonMs, probeMs }
    const giveUpAt = Date.now() + (flow.patienceMs ?? longestWaitMs)
    for (;;) {
      if (closedUntil > Date.now()) throw close(0)
      const booking = await egressReserve(hub.redis, keys, args).catch((cause: unknown) => {
        // Market data is the first to stop: without Redis nobody knows what is left of the budget.
        throw new RetryLaterError('Redis is away, so no weight can be booked', {
          retryAt: Date.now() + redisAwayMs,
          cause,
        })
      })
      announce(allowance.permitted)
      permitted.set(egressClass, booking.permitted)
      if (booking.granted) {
        if (booking.inMs > 1) {
          await sleep(booking.inMs)
          await requireOpen()
        }
        return booking.window
      }
      if (booking.reason === 'closed') throw close(booking.waitMs)
      if (Date.now() + booking.waitMs > giveUpAt) {
        throw new RetryLaterError(`${venue}: no weight left on address ${address} (${booking.reason})`, {
          retryAt: Date.now() + booking.waitMs,
        })
      }
      await sleep(booking.waitMs)
    }
  }

  // Another process may have learnt meanwhile that the address is closed.
  async function requireOpen(): Promise<void> {
    if (closedUntil > Date.now()) throw close(0)
    const [until, [seconds, micros]] = await Promise.all([
      hub.redis.hget(keys.egress, 'closedUntil'),
      hub.redis.time(),
    ])
    const leftMs = until === null ? 0 : Number(until) - (Number(seconds) * 1000 + Number(micros) / 1000)
    if (leftMs > 0) throw close(leftMs)
  }

  const gate: RequestGate = {
    async enter(request): Promise<Ticket> {
      const scope = scopes.getStore()
      if (scope === undefined) throw new InvariantError(`${request.path} was requested outside egress.call`)
      const window = await reserve(request, scope)
      scope.onLeave?.()
      return {
        settle({ status, usedWeight, closeForMs }) {
          const closeMs = closeForMs === undefined ? 0 : Math.ceil(hub.clock.toRealMs(closeForMs))
          if (closeMs > 0) {
            close(closeMs)
            hub.log.warn(
              { venue, address, status, closeMs, path: request.path },
              'the venue closed the address',
            )
          }
          const answer = {
            window,
            used: usedWeight,
            closeMs,
            status,
            windowMs,
            guardMs: hub.clock.toRealMs(guardMs),
          }
          egressSettle(hub.redis, keys, answer).catch((error: unknown) => {
            hub.log.debug({ err: error }, 'an answer was not settled')
          })
        },
      }
    },
  }
  return {
    gate,
    call: (egressClass, run, onLeave, flow = restFlow) => scopes.run({ egressClass, flow, onLeave }, run),
    closedUntil: () => closedUntil,
    weightPerSecond: (egressClass) =>
      ((permitted.get(egressClass) ?? allowanceOf(egressClass, { limit, share }).permitted) * 1000) /
      windowMs,
  }
}

function ignore(): void {}
