import { LRUCache } from 'lru-cache'
import type { Egress } from '../egress/egress.ts'
import { reserveOrders } from '../egress/order-rates.ts'
import type { OrderExchange } from '../exchange/order-exchange.ts'
import { openDurability } from '../hub/durability.ts'
import { actorId } from '../hub/heartbeats.ts'
import type { Hub } from '../hub/hub.ts'
import { followInstruments } from '../market/follow-instruments.ts'
import type { FollowedInstruments } from '../market/follow-instruments.ts'
import type { AccountOf } from '../model/account-of.ts'
import { RetryLaterError } from '../model/errors.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Intent } from '../model/intent.ts'
import type { MoneyTerms } from '../model/live-order.ts'
import { limitsOf } from '../risk/limits.ts'
import { followAccountSight } from './follow-account-sight.ts'
import { openJournal } from './journal.ts'
import { journaledExchange } from './journaled-exchange.ts'
import { instrumentReloader } from './reload-instrument.ts'
import type { OrderPath } from './send-intent.ts'
import { submitIntent } from './submit-intent.ts'
import type { IntentOutcome } from './submit-intent.ts'

/** The one way of an account's orders to the venue, in whichever process. */
export interface OrderDesk {
  readonly path: OrderPath
  readonly instruments: FollowedInstruments
  submit(intent: Intent): Promise<IntentOutcome>
  isSending(intentId: string): boolean
  /** orders of which the venue is to be asked soon how they stand; each is told once */
  takeAsked(): ReadonlySet<string>
  askSoon(orderId: string): void
  counts(): { sent: number; denied: number }
  stop(): Promise<void>
}

const mostAsked = 10_000

/** Opens it. Throws ConfigError where Redis keeps no file. */
export async function openOrderDesk(
  hub: Hub,
  of: AccountOf,
  parts: {
    readonly exchange: OrderExchange
    readonly egress: Egress
    /** the venue's contracts as it lists them now; without it a refusal by a contract's terms only tells why */
    readonly fetchInstruments?: () => Promise<readonly Instrument[]>
  },
): Promise<OrderDesk> {
  const { egress, fetchInstruments: fetch } = parts
  const journal = openJournal(hub, of, actorId('order'))
  const exchange = journaledExchange(parts.exchange, journal)
  const instruments = await followInstruments(hub, of.venue)
  const sights = followAccountSight(hub, of, instruments)
  const sending = new Set<string>()
  let asked = new LRUCache<string, true>({ max: mostAsked })
  const counts = { sent: 0, denied: 0 }

  function moneyTerms(symbol: string): MoneyTerms {
    const instrument = instruments.of(symbol)
    if (instrument === undefined)
      throw new RetryLaterError(`no instrument ${symbol} is known, so its fills cannot be valued`, {
        retryAt: Date.now(),
      })
    return { contractSize: instrument.contractSize, quote: instrument.settle }
  }

  const path: OrderPath = {
    hub,
    of,
    exchange,
    durability: await openDurability(hub),
    call: (run, booked) => egress.call('orders', run, undefined, undefined, booked),
    moneyTerms,
    ...(fetch && { onFilterRefusal: instrumentReloader(hub, of.venue, { instruments, fetch }) }),
  }
  const askSoon = (orderId: string) => void asked.set(orderId, true)
  const submitParts = {
    path,
    judge: { hub, venue: of.venue, instruments, limits: limitsOf(hub.config.riskLimits) },
    sights,
    book: (symbol: string, orders: number) =>
      reserveOrders(hub, of.venue, exchange.orderCharges(symbol), { egressClass: 'orders', orders }),
    callToCancel: <T>(run: () => Promise<T>) => egress.call('protect', run),
    sending,
    journal,
    askSoon,
  }
  return {
    path,
    instruments,
    async submit(intent) {
      const outcome = await submitIntent(submitParts, intent)
      if (outcome.outcome === 'sent') counts.sent += 1
      if (outcome.outcome === 'denied') counts.denied += 1
      return outcome
    },
    isSending: (intentId) => sending.has(intentId),
    takeAsked() {
      const taken = new Set(asked.keys())
      if (taken.size > 0) asked = new LRUCache<string, true>({ max: mostAsked })
      return taken
    },
    askSoon,
    counts: () => ({ ...counts }),
    async stop() {
      path.durability.close()
      sights.stop()
      instruments.stop()
      await journal.close()
    },
  }
}
