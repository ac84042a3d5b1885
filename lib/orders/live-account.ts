import type { Hub } from '../hub/hub.ts'
import type { LiveOrder } from '../model/live-order.ts'
import type { Fill } from '../model/order.ts'
import { followOrders } from './follow-orders.ts'
import type { FollowedOrders } from './follow-orders.ts'
import { keepNewer } from './paper-account.ts'
import { partField, toStored } from './paper-orders.ts'
import type { AccountOf, StoredPosition } from './paper-orders.ts'

/** Why an intent came to nothing, as the account's channel tells it. */
export interface Denial {
  /** of the intent */
  readonly id: string
  readonly strategy: string
  readonly symbol: string
  readonly signalId: string
  readonly reason: string
}

/** What is published of the orders of an account at a venue. */
export interface LiveEvent {
  readonly order?: LiveOrder
  readonly fills?: readonly Fill[]
  /** `STRATEGY/SYMBOL` -> the strategy's part of the position, as stored */
  readonly parts?: Readonly<Record<string, string>>
  readonly denied?: Denial
}

/** The orders of an account at a venue, and the parts of its positions that strategies' orders made. */
export interface LiveAccount extends FollowedOrders {
  /** undefined: never held */
  part(strategy: string, symbol: string): StoredPosition['position'] | undefined
}

/** Follows the orders of an account at a venue; `onEvent` is told of whatever its channel tells. */
export function followLiveAccount(hub: Hub, of: AccountOf, onEvent: (event: LiveEvent) => void): LiveAccount {
  let parts = new Map<string, StoredPosition>()
  const orders = followOrders<LiveEvent>(hub, of, {
    async load() {
      const texts = await hub.redis.hgetall(hub.keys.strategyPositions(of.venue, of.account))
      const stored = Object.entries(texts).map(([field, text]) => [field, toStored(text)] as const)
      return () => (parts = new Map(stored))
    },
    onEvent(event) {
      for (const [field, text] of Object.entries(event.parts ?? {})) keepNewer(parts, field, text)
      onEvent(event)
    },
  })
  return { ...orders, part: (strategy, symbol) => parts.get(partField(strategy, symbol))?.position }
}
