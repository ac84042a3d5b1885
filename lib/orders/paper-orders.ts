import { orderChange } from '../../lua/order-change.ts'
import { paperFill } from '../../lua/paper-fill.ts'
import { paperFund } from '../../lua/paper-fund.ts'
import { orderPlace } from '../../lua/order-place.ts'
import type { Hub } from '../hub/hub.ts'
import { decodeOrder, encodeOrder, isTerminal } from '../model/order.ts'
import type { Fill, Order } from '../model/order.ts'
import type { Position } from '../model/position.ts'
import { recordOf } from './records.ts'

/** A paper account at a venue. */
export interface AccountOf {
  readonly venue: string
  readonly account: string
}

/** A position as it is stored: scripts compare the text with what they find. */
export interface StoredPosition {
  /** empty: there was none */
  readonly text: string
  readonly position: Position
}

/** What is published when an account changes; all of it is newer than what was. */
export interface AccountEvent {
  readonly order?: Order
  readonly fill?: Fill
  /** the symbol's position, as stored */
  readonly position?: string
  /** `STRATEGY/SYMBOL` -> position, as stored */
  readonly parts?: Readonly<Record<string, string>>
}

/** A position that changes. */
export interface PositionStep {
  readonly before: StoredPosition
  readonly after: Position
}

/** One record of what is no fill. */
export interface Income {
  readonly kind: 'funding'
  readonly symbol: string
  /** in the quote asset; negative is paid */
  readonly amount: string
  readonly time: number
}

const dayMs = 24 * 3_600_000
// An ended order also remembers that its signal was used.
const keepMs = 7 * dayMs
const keepCount = 1_000
const keepFills = 10_000

/** The field of a symbol's position; paper accounts hold one position a symbol. */
export function positionField(symbol: string): string {
  return `${symbol}/net`
}

/** The field of a strategy's part of a position. */
export function partField(strategy: string, symbol: string): string {
  return `${strategy}/${symbol}`
}

/** Records a new order; false when its id was used before. */
export function placeOrder(hub: Hub, of: AccountOf, order: Order): Promise<boolean> {
  const { id, submittedAt } = order
  const event: AccountEvent = { order }
  const told = { channel: channelOf(hub, of), event: JSON.stringify(event) }
  const args = { id, submittedAt, ...recordOf(order), ...told }
  return orderPlace(hub.redis, keysOf(hub, of, id), args, encodeOrder(order))
}

/** Records a change without a fill; false when the order has changed since `revision`. */
export function changeOrder(hub: Hub, of: AccountOf, order: Order, revision: number): Promise<boolean> {
  const keys = keysOf(hub, of, order.id)
  return orderChange(
    hub.redis,
    { ...keys, parts: keys.strategyPositions },
    { ...changeOf(hub, of, order, revision, { order }), keepFills },
    encodeOrder(order),
  )
}

/**
 * Records a fill with all that it changes, unless any of it has changed since, or `token` does not hold the
 * lease.
 */
export function recordFill(
  hub: Hub,
  of: AccountOf,
  token: string,
  told: { order: Order; revision: number; fill: Fill; position: PositionStep; part: PositionStep },
): Promise<'recorded' | 'changed since' | 'not ours'> {
  const { order, fill } = told
  const [after, strategyAfter] = [JSON.stringify(told.position.after), JSON.stringify(told.part.after)]
  const strategyField = partField(order.strategy, order.symbol)
  const event: AccountEvent = { order, fill, position: after, parts: { [strategyField]: strategyAfter } }
  const args = {
    ...changeOf(hub, of, order, told.revision, event),
    token,
    keepFills,
    field: positionField(order.symbol),
    before: told.position.before.text,
    after,
    strategyField,
    strategyBefore: told.part.before.text,
    strategyAfter,
    fill: JSON.stringify(fill),
  }
  return paperFill(hub.redis, keysOf(hub, of, order.id), args, encodeOrder(order))
}

/** Records a funding of a position and of the strategies' parts; false when any has changed since. */
export function recordFunding(
  hub: Hub,
  of: AccountOf,
  token: string,
  told: { income: Income; position: PositionStep; parts: readonly (PositionStep & { field: string })[] },
): Promise<boolean> {
  const { lease, positions, strategyPositions } = keysOf(hub, of, '')
  const parts = told.parts.map(({ field, before, after }) => ({
    field,
    before: before.text,
    after: JSON.stringify(after),
  }))
  const after = JSON.stringify(told.position.after)
  const event: AccountEvent = {
    position: after,
    parts: Object.fromEntries(parts.map((part) => [part.field, part.after])),
  }
  return paperFund(
    hub.redis,
    { lease, positions, strategyPositions, income: hub.keys.income(of.venue, of.account) },
    {
      token,
      field: positionField(told.income.symbol),
      before: told.position.before.text,
      after,
      income: JSON.stringify(told.income),
      keepIncome: keepFills,
      channel: channelOf(hub, of),
      event: JSON.stringify(event),
    },
    parts,
  )
}

/** One order; undefined when it is not known, or no longer. */
export async function readOrder(hub: Hub, of: AccountOf, id: string): Promise<Order | undefined> {
  const fields = await hub.redis.hgetall(hub.keys.order(of.venue, of.account, id))
  return fields['id'] === undefined ? undefined : decodeOrder(fields)
}

/** The open orders, or the last `limit` that ended; oldest first. */
export async function readOrders(
  hub: Hub,
  of: AccountOf,
  which: 'open' | 'ended',
  limit: number,
): Promise<Order[]> {
  const ids = await hub.redis.zrange(hub.keys.orders(of.venue, of.account, which), String(-limit), '-1')
  const orders = await Promise.all(ids.map((id) => readOrder(hub, of, id)))
  return orders.filter((order) => order !== undefined)
}

/** The last `limit` fills, oldest first. */
export async function readFills(hub: Hub, of: AccountOf, limit: number): Promise<Fill[]> {
  const rows = await hub.redis.xrevrange(hub.keys.fills(of.venue, of.account), '+', '-', 'COUNT', limit)
  return rows.map(([, [, text]]) => JSON.parse(text ?? '') as Fill).toReversed()
}

/** symbol -> position, and `STRATEGY/SYMBOL` -> the strategy's part of it. */
export async function readPositions(
  hub: Hub,
  of: AccountOf,
): Promise<{ positions: Map<string, StoredPosition>; parts: Map<string, StoredPosition> }> {
  const [positions, parts] = await Promise.all([
    hub.redis.hgetall(hub.keys.positions(of.venue, of.account)),
    hub.redis.hgetall(hub.keys.strategyPositions(of.venue, of.account)),
  ])
  const stored = (texts: Record<string, string>, nameOf: (field: string) => string) =>
    new Map(Object.entries(texts).map(([field, text]) => [nameOf(field), toStored(text)]))
  return {
    positions: stored(positions, (field) => field.replace(/\/net$/, '')),
    parts: stored(parts, (field) => field),
  }
}

/** The position that a stored text tells. */
export function toStored(text: string): StoredPosition {
  return { text, position: JSON.parse(text) as Position }
}

function channelOf(hub: Hub, { venue, account }: AccountOf): string {
  return hub.keys.accountFeed(venue, account)
}

function changeOf(hub: Hub, of: AccountOf, order: Order, revision: number, event: AccountEvent) {
  const endedAt = isTerminal(order.state) ? order.time : 0
  const { id } = order
  return {
    id,
    revision,
    endedAt,
    keepMs,
    keepCount,
    ...recordOf(order),
    channel: channelOf(hub, of),
    event: JSON.stringify(event),
  }
}

function keysOf({ keys }: Hub, { venue, account }: AccountOf, id: string) {
  return {
    lease: keys.accountLease(venue, account, 'paper'),
    order: keys.order(venue, account, id),
    open: keys.orders(venue, account, 'open'),
    ended: keys.orders(venue, account, 'ended'),
    positions: keys.positions(venue, account),
    strategyPositions: keys.strategyPositions(venue, account),
    fills: keys.fills(venue, account),
    records: keys.orderRecords(venue, account),
  }
}
