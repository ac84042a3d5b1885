import { claimChange } from '../../lua/claim-change.ts'
import { decodeClaim, encodeClaim } from '../model/claim.ts'
import type { Claim, Slice } from '../model/claim.ts'
import { lacksTrades } from '../model/live-order.ts'
import type { LiveOrder } from '../model/live-order.ts'
import { isTerminal } from '../model/order.ts'
import { askAfter } from './ask-after.ts'
import { claimKeys, keepClaimsMs, readOpenClaims } from './claims.ts'
import type { HeldAt } from './judge-absence.ts'
import { readLiveOrder, recordPending, recordRejected, recordWord, toPendingOrder } from './live-orders.ts'
import type { OrderPath } from './send-intent.ts'

/** What settling needs besides. */
export interface SettleParts extends OrderPath {
  /** the position as the venue tells it now */
  readonly fetchPosition: (symbol: string) => Promise<HeldAt>
  /** venue time of the last change of the position that Redis knows of; undefined: it knows of none */
  readonly positionTime: (symbol: string) => Promise<number | undefined>
  /** whether this process is sending it right now */
  readonly isSending: (intentId: string) => boolean
  /** whether the venue must be asked how an order in its book stands, though it may tell by itself */
  readonly mustAsk: (order: LiveOrder) => boolean
}

// Venue ms: a trade is told by the second at some venues, and clocks differ.
const earlierMs = 60_000

/**
 * Looks once at every claim that goes on, brings what became of it to Redis, and ends what has ended, whoever sent it
 * and whatever became of the sender. Gives how many go on; throws the first failure once all were looked at.
 */
export async function settleClaims(parts: SettleParts): Promise<number> {
  let open = 0
  const failures: unknown[] = []
  for (const [id, text] of await readOpenClaims(parts.hub, parts.of)) {
    try {
      if (parts.isSending(id) || !(await settle(parts, decodeClaim(text), text))) open += 1
    } catch (error) {
      // One that cannot be settled now keeps nobody else waiting.
      failures.push(error)
      open += 1
    }
  }
  if (failures.length > 0) throw failures[0]
  return open
}

/** Whether the claim has ended. */
async function settle(parts: SettleParts, claim: Claim, text: string): Promise<boolean> {
  const { hub, of } = parts
  const orders: LiveOrder[] = []
  for (const slice of claim.intent.slices) {
    const order = await settleSlice(parts, claim, slice)
    if (order === undefined || !isTerminal(order.state) || lacksTrades(order)) return false
    orders.push(order)
  }
  // Until the account shows what they did, their room is not given to others.
  const lastTrade = Math.max(0, ...orders.map(({ tradedAt }) => tradedAt))
  if (lastTrade > 0 && ((await parts.positionTime(claim.intent.symbol)) ?? 0) < lastTrade) return false
  const endedAt = Math.floor(hub.clock.now())
  const after = encodeClaim({ ...claim, reserved: {}, endedAt })
  const outcome = await claimChange(hub.redis, claimKeys(hub, of), {
    id: claim.intent.id,
    before: text,
    after,
    endedAt,
    keepMs: keepClaimsMs,
    channel: hub.keys.releases(of.venue, of.account),
  })
  return outcome === 'written'
}

async function settleSlice(parts: SettleParts, claim: Claim, slice: Slice): Promise<LiveOrder | undefined> {
  const { hub, of, exchange } = parts
  const { symbol } = claim.intent
  const id = slice.clientOrderId
  const windowMs = exchange.recvWindowMs * hub.clock.rate
  // Its sender may have died between the claim and the record.
  await recordPending(hub, of, toPendingOrder(of.account, claim, slice))
  const order = await readLiveOrder(hub, of, id)
  if (order === undefined) return undefined
  if (order.state === 'pending') {
    const answer = await parts.call(() =>
      askAfter(
        { exchange, fetchPosition: parts.fetchPosition, clock: hub.clock },
        { symbol, clientOrderId: id, sentAt: claim.sentBy, windowMs, before: claim.before },
      ),
    )
    if (answer.outcome === 'unclear') return order
    if (answer.outcome === 'absent')
      return recordRejected(hub, of, id, 'it never came to the venue', Math.floor(hub.clock.now()))
    return completed(parts, await recordWord(hub, of, id, { report: answer.order }, parts.moneyTerms(symbol)))
  }
  if (!isTerminal(order.state)) {
    if (!parts.mustAsk(order)) return completed(parts, order)
    const report = await parts.call(() => exchange.fetchOrder(symbol, id))
    return report === undefined
      ? order
      : completed(parts, await recordWord(hub, of, id, { report }, parts.moneyTerms(symbol)))
  }
  return completed(parts, order)
}

/** The order with all of its trades. */
async function completed(parts: SettleParts, order: LiveOrder | undefined): Promise<LiveOrder | undefined> {
  if (order === undefined || !lacksTrades(order) || !parts.mustAsk(order)) return order
  const { hub, of, exchange } = parts
  const since = Math.max(1, order.submittedAt - earlierMs)
  const all = await parts.call(() => exchange.fetchTradesSince(order.symbol, since))
  const trades = all.filter(({ orderId }) => orderId === order.venueId)
  return recordWord(hub, of, order.id, { trades }, parts.moneyTerms(order.symbol))
}
