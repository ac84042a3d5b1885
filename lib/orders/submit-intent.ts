import { setTimeout as sleep } from 'node:timers/promises'
import type { OrderBooking } from '../egress/order-rates.ts'
import { decodeClaim, sliceId } from '../model/claim.ts'
import { add } from '../model/decimal.ts'
import { OutcomeUnknownError, RetryLaterError, describeError } from '../model/errors.ts'
import type { CancelIntent, Intent, OrderIntent } from '../model/intent.ts'
import { isTerminal } from '../model/order.ts'
import { forbids } from '../model/trading-state.ts'
import type { AccountSight } from './account-sight.ts'
import { claimKeys } from './claims.ts'
import type { FollowedSight } from './follow-account-sight.ts'
import { openIntentRates } from './intent-rates.ts'
import type { IntentRates } from './intent-rates.ts'
import type { Journal } from './journal.ts'
import { judgeIntent, readMarketSight } from './judge-intent.ts'
import type { JudgeParts, Judgement, MarketSight } from './judge-intent.ts'
import type { Denial } from './live-account.ts'
import { readLiveOrder, recordPending, recordWord, toPendingOrder } from './live-orders.ts'
import { claim, sendClaimed } from './send-intent.ts'
import type { OrderPath } from './send-intent.ts'

/**
 * sent: its orders have left, whatever came of them; known: it was claimed before, and what became of it is found by its
 * id; cancelled: the end of the order was asked for; denied: nothing of it was sent, and nothing will be.
 */
export type IntentOutcome =
  | { readonly outcome: 'sent' | 'known' | 'cancelled' }
  | { readonly outcome: 'denied'; readonly reason: string }

/** What the path walks with. */
export interface SubmitParts {
  readonly path: OrderPath
  readonly judge: JudgeParts
  readonly sights: FollowedSight
  /** books orders in the venue's rates; throws RetryLaterError where they have no room */
  readonly book: (symbol: string, orders: number) => Promise<OrderBooking>
  /** runs a cancel through the address's budget */
  readonly callToCancel: <T>(run: () => Promise<T>) => Promise<T>
  /** intents of this process that are on their way */
  readonly sending: Set<string>
  readonly journal: Journal
  /** asks the venue soon how an order stands */
  readonly askSoon: (orderId: string) => void
}

// What a release of another order's room, or an older look at the account, is worth another try.
const mostTries = 5
// Venue ms after a state was written where none stood: what was sent before may be forgotten here and known there.
const lookUpMs = 24 * 3_600_000
// Real ms between two askings that the budget did not let leave.
const leastWaitMs = 100
// Beyond the window of a request.
const settledMs = 5_000

/** Walks an intent's whole path: state, check, claim, create, record. Publishes why it was denied. */
export async function submitIntent(parts: SubmitParts, intent: Intent): Promise<IntentOutcome> {
  const outcome = await walk(parts, intent).catch((error: unknown): IntentOutcome => {
    if (error instanceof RetryLaterError) return denied(error.message)
    throw error
  })
  note(parts, intent, outcome)
  if (outcome.outcome === 'denied') await publishDenial(parts, intent, outcome.reason)
  return outcome
}

async function walk(parts: SubmitParts, intent: Intent): Promise<IntentOutcome> {
  const { hub } = parts.path
  if (!(hub.clock.now() <= intent.deadline)) return denied('its deadline passed before it was sent')
  if (intent.class === 'cancel') return cancel(parts, intent)
  parts.sending.add(intent.id)
  try {
    // At once: each of them is a way to Redis and back.
    const sighted = parts.sights.current()
    const [isKnown, sight, market, early] = await Promise.all([
      isClaimed(parts, intent),
      sighted,
      readMarketSight(parts.judge, intent.symbol),
      sighted.then((known) => bookEarly(parts, intent, known)),
    ])
    const rates = openIntentRates(early, (orders) => parts.book(intent.symbol, orders))
    try {
      return isKnown ? { outcome: 'known' } : await send(parts, intent, { sight, market, rates })
    } finally {
      await rates.release().catch((error: unknown) => {
        hub.log.debug({ id: intent.id, error: describeError(error) }, 'booked orders were not given back')
      })
    }
  } finally {
    parts.sending.delete(intent.id)
  }
}

async function send(
  parts: SubmitParts,
  intent: OrderIntent,
  by: { readonly sight: AccountSight; readonly market: MarketSight; readonly rates: IntentRates },
): Promise<IntentOutcome> {
  const { path, sights } = parts
  const { hub } = path
  let { sight } = by
  const early = mustLookUp(path, sight) ? await lookUp(path, intent, sight) : undefined
  if (early === 'too early')
    return denied('trading was let begin just now: what was sent before may still arrive')
  // It was sent before; whether it would be sent now is no question.
  if (early !== undefined) return adopt(parts, intent, early, sight)
  for (let tries = 1; ; tries++) {
    const judgement = judgeIntent(parts.judge, intent, sight, by.market)
    if ('denied' in judgement) {
      // It may have been judged by what was so half a second ago.
      if (tries > 1) return denied(judgement.denied)
      sight = await sights.fresh()
      continue
    }
    if (!(hub.clock.now() <= intent.deadline)) return denied('its deadline passed before it was sent')
    const { before, reservations } = judgement
    const booked = await by.rates.book(judgement.intent.slices.length)
    const answer = await claim(path, judgement.intent, { before, reservations, revision: sight.revision })
    switch (answer.outcome) {
      case 'claimed':
        by.rates.keep()
        await sendClaimed(path, decodeClaim(answer.claim), booked)
        return { outcome: 'sent' }
      case 'claimed before':
        return { outcome: 'known' }
      case 'state forbids':
        return denied(`trading is ${answer.state}`)
      case 'banned':
        return denied(`a ban forbids it: ${answer.ban}`)
      case 'no room':
        return denied(`the limit on ${answer.counter} leaves ${answer.left}`)
      case 'judge again':
        if (tries >= mostTries) return denied('the account kept changing while it was judged')
        sight = await sights.fresh()
    }
  }
}

/**
 * Books the one order that most intents come to, while it is still asked whether it may be sent; undefined where that is
 * known already, or will take its time.
 */
async function bookEarly(
  { path, book }: SubmitParts,
  intent: OrderIntent,
  sight: AccountSight,
): Promise<OrderBooking | undefined> {
  const { state, bans } = sight
  const { symbol, class: intentClass } = intent
  const rules = { state, symbolBan: bans.get(symbol), accountBan: bans.get('ALL') }
  if (mustLookUp(path, sight) || forbids(rules, intentClass, path.hub.clock.now()) !== undefined)
    return undefined
  try {
    return await book(symbol, 1)
  } catch (error) {
    // Whoever holds the room may give it back: it is asked for again when the order may be sent.
    if (error instanceof RetryLaterError) return undefined
    throw error
  }
}

type Found = NonNullable<Awaited<ReturnType<OrderPath['exchange']['fetchOrder']>>>

/** Whether the state was written anew not long ago: claims may have been lost with the one before. */
function mustLookUp({ hub }: OrderPath, { epoch }: AccountSight): boolean {
  return epoch !== undefined && hub.clock.now() - epoch <= lookUpMs
}

/** Asks the venue whether the order of an intent is there already, its claim having been lost. */
async function lookUp(
  path: OrderPath,
  intent: OrderIntent,
  { epoch = 0 }: AccountSight,
): Promise<Found | 'too early' | undefined> {
  const { clock } = path.hub
  const found = await askFor(path, intent, intent.id)
  if (found !== undefined) return found
  const isSettled = clock.now() > epoch + path.exchange.recvWindowMs * clock.rate + settledMs
  return isSettled ? undefined : 'too early'
}

/**
 * Asks the venue for an order of an intent, for as long as that may wait: a denial for want of budget would say that nothing
 * was sent, and nobody knows.
 */
async function askFor(path: OrderPath, intent: OrderIntent, id: string): Promise<Found | undefined> {
  const { clock } = path.hub
  for (;;) {
    try {
      return await path.call(() => path.exchange.fetchOrder(intent.symbol, id))
    } catch (error) {
      if (!(error instanceof RetryLaterError)) throw error
      const waitMs = Math.max(leastWaitMs, error.retryAt - Date.now())
      if (clock.now() + waitMs * clock.rate > intent.deadline)
        throw new RetryLaterError(`whether it was sent before could not be asked: ${error.message}`, {
          retryAt: error.retryAt,
          cause: error,
        })
      await sleep(waitMs)
    }
  }
}

// More slices than that no intent has had, or the limits would mean nothing.
const mostSlices = 100

/** Claims and records an intent whose order is at the venue already, as it was found there: in the slices of then. */
async function adopt(
  { path }: SubmitParts,
  intent: OrderIntent,
  first: Found,
  { positions }: AccountSight,
): Promise<IntentOutcome> {
  const found = [first]
  while (found.length < mostSlices) {
    const id = sliceId(intent.id, found.length)
    const next = await askFor(path, intent, id)
    if (next === undefined) break
    found.push(next)
  }
  const slices = found.map(({ clientOrderId, size }) => ({ clientOrderId, size }))
  const held = [...positions.values()].filter(({ symbol }) => symbol === intent.symbol)
  const before = {
    size: add('0', ...held.map(({ size }) => size)),
    time: Math.max(0, ...held.map(({ time }) => time ?? 0)),
  }
  const sized = { ...intent, price: first.price ?? intent.price, slices }
  const answer = await claim(path, sized, { before, reservations: [], revision: 0 })
  if (answer.outcome === 'state forbids') return denied(`trading is ${answer.state}`)
  if (answer.outcome === 'banned') return denied(`a ban forbids it: ${answer.ban}`)
  if (answer.outcome === 'claimed')
    for (const report of found) await recordFound(path, decodeClaim(answer.claim), report)
  return { outcome: 'known' }
}

async function recordFound(
  path: OrderPath,
  claimed: ReturnType<typeof decodeClaim>,
  report: Found,
): Promise<void> {
  const { hub, of } = path
  for (const slice of claimed.intent.slices)
    await recordPending(hub, of, toPendingOrder(of.account, claimed, slice))
  await recordWord(hub, of, report.clientOrderId, { report }, path.moneyTerms(report.symbol))
}

async function cancel(parts: SubmitParts, { target }: CancelIntent): Promise<IntentOutcome> {
  const { path } = parts
  const order = await readLiveOrder(path.hub, path.of, target)
  if (order === undefined) return denied(`no order ${target} is known`)
  if (isTerminal(order.state)) return { outcome: 'known' }
  try {
    await parts.callToCancel(() => path.exchange.cancelOrder(order.symbol, target))
  } catch (error) {
    if (!(error instanceof OutcomeUnknownError)) throw error
    path.hub.log.warn({ id: target, error: describeError(error) }, 'the outcome of a cancel is unknown')
  }
  // Whether it was cancelled, had ended before or nobody knows: the order itself tells.
  parts.askSoon(target)
  return { outcome: 'cancelled' }
}

async function isClaimed({ path }: SubmitParts, { id }: OrderIntent): Promise<boolean> {
  return (await path.hub.redis.hexists(claimKeys(path.hub, path.of).claims, id)) === 1
}

function note({ journal }: SubmitParts, intent: Intent, outcome: IntentOutcome): void {
  const { id, symbol } = intent
  journal.note({
    kind: 'decision',
    what: outcome.outcome,
    id,
    symbol,
    text: JSON.stringify({ ...outcome, intent }),
  })
}

async function publishDenial({ path }: SubmitParts, intent: Intent, reason: string): Promise<void> {
  const { hub, of } = path
  const { id, strategy, symbol, signalId } = intent
  const denial: Denial = { id, strategy, symbol, signalId, reason }
  await hub.redis
    .publish(hub.keys.accountFeed(of.venue, of.account), JSON.stringify({ denied: denial }))
    .catch((error: unknown) => hub.log.debug({ error: describeError(error) }, 'a denial was not published'))
}

function denied(reason: string): IntentOutcome & Judgement {
  return { outcome: 'denied', reason, denied: reason }
}
