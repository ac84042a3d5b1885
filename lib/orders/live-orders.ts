import { orderChange } from '../../lua/order-change.ts'
import type { PartChange } from '../../lua/order-change.ts'
import { orderPlace } from '../../lua/order-place.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Claim, Slice } from '../model/claim.ts'
import type { Decimal } from '../model/decimal.ts'
import { RetryLaterError } from '../model/errors.ts'
import { afterWord, decodeLiveOrder, encodeLiveOrder } from '../model/live-order.ts'
import type { LiveOrder, MoneyTerms, OrderWord } from '../model/live-order.ts'
import { isStrategyName } from '../model/order-owner.ts'
import { isTerminal } from '../model/order.ts'
import type { Fill } from '../model/order.ts'
import { applyFill, flatPosition } from '../model/position.ts'
import { shareFill } from '../model/share-fill.ts'
import { partField, toStored } from './paper-orders.ts'
import { recordOf } from './records.ts'

// Real ms; an ended order is looked up this long by its id.
const keepMs = 7 * 24 * 3_600_000
const keepCount = 1_000
const keepFills = 100_000
// Whoever else writes the same order has written it by then.
const mostTries = 20

/** The order of a slice before anything was heard of it. */
export function toPendingOrder(account: string, { intent, claimedAt }: Claim, slice: Slice): LiveOrder {
  const { strategy, signalId, class: intentClass, symbol, side, positionSide } = intent
  const { type, timeInForce, postOnly, reduceOnly, price } = intent
  return {
    strategy,
    signalId,
    class: intentClass,
    symbol,
    side,
    positionSide,
    type,
    timeInForce,
    postOnly,
    reduceOnly,
    price,
    id: slice.clientOrderId,
    account,
    size: slice.size,
    state: 'pending',
    filled: '0',
    filledNotional: '0',
    fees: '0',
    reason: '',
    submittedAt: claimedAt,
    activeAt: claimedAt,
    cancelAt: undefined,
    time: claimedAt,
    revision: 1,
    venueId: undefined,
    traded: '0',
    tradeIds: [],
    tradedAt: 0,
  }
}

/** Records an order that may be sent now; false when it was recorded before. */
export function recordPending(hub: Hub, of: AccountOf, order: LiveOrder): Promise<boolean> {
  const { id, submittedAt } = order
  const args = { id, submittedAt, ...recordOf(order), channel: channelOf(hub, of) }
  const event = JSON.stringify({ order })
  return orderPlace(hub.redis, keysOf(hub, of, id), { ...args, event }, encodeLiveOrder(order))
}

/** One order; undefined when it is not known, or no longer. */
export async function readLiveOrder(hub: Hub, of: AccountOf, id: string): Promise<LiveOrder | undefined> {
  const fields = await hub.redis.hgetall(hub.keys.order(of.venue, of.account, id))
  return fields['id'] === undefined ? undefined : decodeLiveOrder(fields)
}

/** Records what was heard of an order, whoever else records at the same time; undefined when it is not known. */
export function recordWord(
  hub: Hub,
  of: AccountOf,
  id: string,
  word: OrderWord,
  terms: MoneyTerms,
): Promise<LiveOrder | undefined> {
  return change(hub, of, id, (order) => afterWord(order, word, terms), terms.contractSize)
}

/** Records that an order never came to the book, and why. */
export function recordRejected(
  hub: Hub,
  of: AccountOf,
  id: string,
  reason: string,
  time: number,
): Promise<LiveOrder | undefined> {
  return change(hub, of, id, (order) => {
    // What the venue has told of cannot have been refused.
    if (order.state !== 'pending' || order.venueId !== undefined) return undefined
    const next = { ...order, state: 'rejected' as const, reason, time: Math.max(order.time, time) }
    return { order: { ...next, revision: order.revision + 1 }, fills: [] }
  })
}

async function change(
  hub: Hub,
  of: AccountOf,
  id: string,
  step: (order: LiveOrder) => ReturnType<typeof afterWord>,
  contractSize = '1',
): Promise<LiveOrder | undefined> {
  const keys = keysOf(hub, of, id)
  for (let tries = 0; tries < mostTries; tries++) {
    const before = await readLiveOrder(hub, of, id)
    const after = before && step(before)
    if (before === undefined || after === undefined) return before
    const { order, fills } = after
    const parts = await partsAfter(hub, of, fills, contractSize)
    const told =
      parts.length === 0
        ? {}
        : { parts: Object.fromEntries(parts.map(({ field, after: text }) => [field, text])) }
    const args = {
      id,
      revision: before.revision,
      endedAt: isTerminal(order.state) ? order.time : 0,
      keepMs,
      keepCount,
      keepFills,
      ...recordOf(order),
      channel: channelOf(hub, of),
      event: JSON.stringify({ order, fills, ...told }),
    }
    const news = { parts, fills: fills.map((fill) => JSON.stringify(fill)) }
    if (await orderChange(hub.redis, keys, args, encodeLiveOrder(order), news)) return order
  }
  throw new RetryLaterError(`order ${id} changed ${mostTries} times while it was written`, {
    retryAt: Date.now(),
  })
}

/** The strategies' parts of the position after fills of one order. */
async function partsAfter(
  hub: Hub,
  { venue, account }: AccountOf,
  fills: readonly Fill[],
  contractSize: Decimal,
): Promise<PartChange[]> {
  const [first] = fills
  if (first === undefined) return []
  const { strategy, symbol } = first
  const key = hub.keys.strategyPositions(venue, account)
  if (isStrategyName(strategy)) {
    const field = partField(strategy, symbol)
    const before = (await hub.redis.hget(key, field)) ?? ''
    const held = before === '' ? flatPosition(symbol) : toStored(before).position
    const after = fills.reduce((position, fill) => applyFill(position, fill, contractSize), held)
    return [{ field, before, after: JSON.stringify(after) }]
  }
  const texts = await hub.redis.hgetall(key)
  const stored = Object.entries(texts).filter(([field]) => field.endsWith(partField('', symbol)))
  const before = new Map(stored.map(([field, text]) => [field, toStored(text).position]))
  const after = fills.reduce(
    (parts, fill) => new Map([...parts, ...shareFill(parts, fill, contractSize)]),
    before,
  )
  return [...after]
    .filter(([field, part]) => part !== before.get(field))
    .map(([field, part]) => ({ field, before: texts[field] ?? '', after: JSON.stringify(part) }))
}

function channelOf({ keys }: Hub, { venue, account }: AccountOf): string {
  return keys.accountFeed(venue, account)
}

function keysOf({ keys }: Hub, { venue, account }: AccountOf, id: string) {
  return {
    order: keys.order(venue, account, id),
    open: keys.orders(venue, account, 'open'),
    ended: keys.orders(venue, account, 'ended'),
    fills: keys.fills(venue, account),
    parts: keys.strategyPositions(venue, account),
    records: keys.orderRecords(venue, account),
  }
}
