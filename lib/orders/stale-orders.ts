import type { Durability } from '../hub/durability.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'

/** An order that rested too long, and whose taker was not handed on yet. */
export interface StaleOrder {
  /** client order id */
  readonly id: string
  /** venue time until which its taker may be sent */
  readonly until: number
}

/** Remembers an order before its end is asked for, on Redis's disk; one that is remembered keeps its time. */
export async function noteStale(
  { hub, of, durability }: { hub: Hub; of: AccountOf; durability: Durability },
  { id, until }: StaleOrder,
): Promise<void> {
  await durability.write(() => hub.redis.zadd(keyOf(hub, of), 'NX', Math.floor(until), id))
}

/** What is remembered, the most urgent first. */
export async function readStale(hub: Hub, of: AccountOf): Promise<StaleOrder[]> {
  const words = await hub.redis.zrange(keyOf(hub, of), '0', '-1', 'WITHSCORES')
  return words.flatMap((id, at) => (at % 2 === 0 ? [{ id, until: Number(words[at + 1]) }] : []))
}

/** Its taker was handed on, or there will be none. */
export async function forgetStale(hub: Hub, of: AccountOf, id: string): Promise<void> {
  await hub.redis.zrem(keyOf(hub, of), id)
}

function keyOf({ keys }: Hub, { venue, account }: AccountOf): string {
  return keys.staleOrders(venue, account)
}
