import type { Hub } from '../hub/hub.ts'
import type { Fill } from '../model/order.ts'
import { flatPosition } from '../model/position.ts'
import type { Position } from '../model/position.ts'
import { followOrders } from './follow-orders.ts'
import type { FollowedOrders } from './follow-orders.ts'
import { partField, readPositions, toStored } from './paper-orders.ts'
import type { AccountEvent, AccountOf, StoredPosition } from './paper-orders.ts'

/** A paper account as this process knows it. */
export interface PaperAccount extends FollowedOrders {
  position(symbol: string): StoredPosition
  part(strategy: string, symbol: string): StoredPosition
  /** symbols with a position */
  held(): string[]
  /** `STRATEGY/SYMBOL` of the parts of a symbol's position */
  partsOf(symbol: string): string[]
  /** takes in what this process has recorded itself */
  apply(event: AccountEvent): void
}

/**
 * Follows a paper account: everything that its channel tells, newest wins by revision. `onFill` is called once for each
 * fill that the channel tells.
 */
export function followPaperAccount(hub: Hub, of: AccountOf, onFill: (fill: Fill) => void): PaperAccount {
  let positions = new Map<string, StoredPosition>()
  let parts = new Map<string, StoredPosition>()

  function keep({ position, parts: changed }: AccountEvent): void {
    if (position !== undefined) keepNewer(positions, (JSON.parse(position) as Position).symbol, position)
    for (const [field, text] of Object.entries(changed ?? {})) keepNewer(parts, field, text)
  }

  const orders = followOrders<AccountEvent>(hub, of, {
    async load() {
      const stored = await readPositions(hub, of)
      return () => ({ positions, parts } = stored)
    },
    onEvent(event) {
      keep(event)
      if (event.fill !== undefined) onFill(event.fill)
    },
  })

  return {
    ...orders,
    position: (symbol) => positions.get(symbol) ?? none(symbol),
    part: (strategy, symbol) => parts.get(partField(strategy, symbol)) ?? none(symbol),
    held: () => [...positions].flatMap(([symbol, { position }]) => (position.size === '0' ? [] : [symbol])),
    partsOf: (symbol) =>
      [...parts].flatMap(([field, { position }]) => (position.symbol === symbol ? [field] : [])),
    apply(event) {
      if (event.order !== undefined) orders.applyOrder(event.order)
      keep(event)
    },
  }
}

/** Keeps a stored position unless a newer one is known. */
export function keepNewer(stored: Map<string, StoredPosition>, name: string, text: string): void {
  const next = toStored(text)
  const known = stored.get(name)
  if (known === undefined || known.position.revision < next.position.revision) stored.set(name, next)
}

function none(symbol: string): StoredPosition {
  return { text: '', position: flatPosition(symbol) }
}
