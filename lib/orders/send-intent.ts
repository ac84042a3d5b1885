import { setImmediate as nextTurn } from 'node:timers/promises'
import { claimIntent } from '../../lua/claim-intent.ts'
import type { ClaimAnswer, Reservation } from '../../lua/claim-intent.ts'
import type { OrderBooking } from '../egress/order-rates.ts'
import { isFilterRefusal } from '../exchange/filter-refusal.ts'
import type { OrderExchange } from '../exchange/order-exchange.ts'
import type { Durability } from '../hub/durability.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { encodeClaim } from '../model/claim.ts'
import type { Claim, SizedIntent, Slice } from '../model/claim.ts'
import { OutcomeUnknownError, describeError } from '../model/errors.ts'
import type { MoneyTerms } from '../model/live-order.ts'
import type { OrderReport } from '../model/order-report.ts'
import { claimKeys } from './claims.ts'
import { recordPending, recordRejected, recordWord, toPendingOrder } from './live-orders.ts'

/** What the path to the venue works with. */
export interface OrderPath {
  readonly hub: Hub
  readonly of: AccountOf
  readonly exchange: OrderExchange
  readonly durability: Durability
  /** runs a request of an order through the address's budgets; orders that are booked already count once */
  readonly call: <T>(run: () => Promise<T>, booked?: OrderBooking) => Promise<T>
  readonly moneyTerms: (symbol: string) => MoneyTerms
  /** told of an order that the venue refused by the contract's terms */
  readonly onFilterRefusal?: (symbol: string) => void
}

/** What a claim is made with, besides the intent. */
export interface ClaimTerms {
  readonly before: Claim['before']
  readonly reservations: readonly Reservation[]
  /** of the account's reservations when the rooms were judged */
  readonly revision: number
}

// Venue ms beyond its deadline within which an order that was begun in time may still leave.
const graceMs = 3_000
// Real ms after its claim within which an order that opens leaves, or never: a halt must hold for what was claimed before.
const opensWithinMs = 800
// Real ms after its claim within which an order leaves, however long its intent lives: what became of one whose sender died
// is known only when it can leave no more.
const longestMs = 10_000

/**
 * Claims an intent and makes the claim durable. Only who is answered `claimed` may send; anybody else finds what
 * became of it by its id.
 */
export async function claim(
  path: OrderPath,
  intent: SizedIntent,
  terms: ClaimTerms,
): Promise<ClaimAnswer & { claim: string }> {
  const { hub, of, durability } = path
  const now = Math.floor(hub.clock.now())
  const reserved = Object.fromEntries(terms.reservations.map(({ counter, amount }) => [counter, amount]))
  const lastly = Math.min(intent.deadline, now + longestMs * hub.clock.rate)
  const atLast = Math.floor(Math.max(now, lastly)) + graceMs
  const soon = Math.floor(now + opensWithinMs * hub.clock.rate)
  const sentBy = intent.class === 'open' ? Math.min(atLast, soon) : atLast
  const text = encodeClaim({ intent, claimedAt: now, sentBy, before: terms.before, reserved })
  const { id, class: intentClass, symbol } = intent
  const answer = await durability.write(() =>
    claimIntent(
      hub.redis,
      claimKeys(hub, of),
      { id, claim: text, class: intentClass, symbol, now, revision: terms.revision },
      terms.reservations,
    ),
  )
  return { claim: text, ...answer }
}

/**
 * Sends every slice of a claim that is this process's own, once each. What fails is not tried again: refused slices are
 * recorded as such, and those whose outcome is unknown stay pending until the venue was asked for them.
 */
export async function sendClaimed(path: OrderPath, claimed: Claim, booked?: OrderBooking): Promise<void> {
  for (const slice of claimed.intent.slices) await sendSlice(path, claimed, slice, booked)
}

async function sendSlice(
  path: OrderPath,
  claimed: Claim,
  slice: Slice,
  booked: OrderBooking | undefined,
): Promise<void> {
  const { hub, of, exchange } = path
  const { intent } = claimed
  // It is claimed and can be settled by anybody, so that its record is not waited for: the request leaves first, in this
  // turn of the event loop, and a word of it takes longer than a turn.
  const recorded = nextTurn()
    .then(() => recordPending(hub, of, toPendingOrder(of.account, claimed, slice)))
    .catch((error: unknown) =>
      hub.log.warn(
        { id: slice.clientOrderId, error: describeError(error) },
        'an order is recorded when it is settled',
      ),
    )
  const refuse = async (reason: string) => {
    await recorded
    await recordRejected(hub, of, slice.clientOrderId, reason, Math.floor(hub.clock.now()))
  }
  if (hub.clock.now() > intent.deadline) {
    return refuse('its deadline passed before it was sent')
  }
  const { clientOrderId, size } = slice
  let report: OrderReport
  try {
    report = await path.call(
      () => exchange.createOrder({ ...intent, clientOrderId, size, notAfter: claimed.sentBy }),
      booked,
    )
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) {
      if (isFilterRefusal(of.venue, error)) path.onFilterRefusal?.(intent.symbol)
      return refuse(describeError(error))
    }
    hub.log.warn({ id: clientOrderId, error: describeError(error) }, 'the outcome of an order is unknown')
    return
  }
  await recorded
  try {
    await recordWord(hub, of, clientOrderId, { report }, path.moneyTerms(intent.symbol))
  } catch (error) {
    // The venue has it, whatever became of the record: whoever settles the claim asks for it.
    hub.log.warn({ id: clientOrderId, error: describeError(error) }, 'an answer was not recorded')
  }
}
