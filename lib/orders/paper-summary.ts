import type { Hub } from '../hub/hub.ts'
import type { Fill, Order } from '../model/order.ts'
import type { Position } from '../model/position.ts'
import { readFills, readOrders, readPositions } from './paper-orders.ts'
import type { AccountOf } from './paper-orders.ts'

/** A paper account at a glance; lists are oldest first. */
export interface PaperSummary extends AccountOf {
  readonly mode: 'paper'
  /** everything that was ever held, by symbol */
  readonly positions: Position[]
  readonly open: Order[]
  /** the last ones that ended */
  readonly ended: Order[]
  /** the last ones */
  readonly fills: Fill[]
}

const mostOpen = 10_000

/** What Redis holds of an account, `limit` of each list that has no end. */
export async function readPaperSummary(hub: Hub, of: AccountOf, limit: number): Promise<PaperSummary> {
  const [{ positions }, open, ended, fills] = await Promise.all([
    readPositions(hub, of),
    readOrders(hub, of, 'open', mostOpen),
    readOrders(hub, of, 'ended', limit),
    readFills(hub, of, limit),
  ])
  const bySymbol = [...positions.values()].map(({ position }) => position)
  bySymbol.sort((a, b) => a.symbol.localeCompare(b.symbol))
  return { ...of, mode: 'paper', positions: bySymbol, open, ended, fills }
}
