import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { isTerminal } from '../../lib/model/order.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { orderIdOf } from './crash-path.ts'
import type { CrashVenue } from './crash-venue.ts'

/** What the venue's own ledger says beside Redis. */
export interface CrashLedger {
  /** orders beyond the one that a signal may become, or of no signal */
  readonly duplicates: number
  /** signals of which Redis does not say what the venue did */
  readonly lost: number
  readonly filled: number
  /** trades at the venue without a fill in Redis, or the other way round */
  readonly strayFills: number
  /** room that ended claims still hold */
  readonly heldRoom: number
}

/** Holds what Redis knows of signals 0 to `submits` against the venue's truth. */
export async function judgeCrashes(
  hub: Hub,
  of: AccountOf,
  venue: CrashVenue,
  submits: number,
): Promise<CrashLedger> {
  const { keys } = hub
  const { orders, trades } = await venue.readTruth()
  const left = new Map<string, number>()
  for (const { clientOrderId } of orders) left.set(clientOrderId, (left.get(clientOrderId) ?? 0) + 1)
  let [duplicates, lost, filled] = [0, 0, 0]
  for (let at = 0; at < submits; at++) {
    const id = orderIdOf(at)
    const there = left.get(id) ?? 0
    left.delete(id)
    duplicates += Math.max(0, there - 1)
    const known = await readLiveOrder(hub, of, id)
    const agrees = known !== undefined && isTerminal(known.state) && (known.state === 'filled') === there > 0
    if (!agrees) lost += 1
    if (there > 0) filled += 1
  }
  for (const more of left.values()) duplicates += more
  const fills = await hub.redis.xlen(keys.fills(of.venue, of.account))
  const held = await hub.redis.hget(keys.reserved(of.venue, of.account), 'orders')
  return { duplicates, lost, filled, strayFills: Math.abs(trades - fills), heldRoom: Number(held ?? 0) }
}
