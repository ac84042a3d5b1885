import type { Hub } from '../hub/hub.ts'
import type { Fill, Order } from '../model/order.ts'
import { isPaperAccount } from '../model/paper-account.ts'
import type { Position } from '../model/position.ts'
import { readFills, readOrders, readPositions } from './paper-orders.ts'
import type { AccountOf } from './paper-orders.ts'

/** An account's orders at a glance; lists are oldest first. */
export interface OrdersSummary extends AccountOf {
  readonly mode: 'paper' | 'live'
  /** on paper everything that was ever held, by symbol; at a venue the account itself tells it */
  readonly positions: Position[]
  readonly open: Order[]
  /** the last ones that ended */
  readonly ended: Order[]
  /** the last ones */
  readonly fills: Fill[]
}

const mostOpen = 10_000

/** What Redis holds of an account, `limit` of each list that has no end. */
export async function readOrdersSummary(hub: Hub, of: AccountOf, limit: number): Promise<OrdersSummary> {
  const isPaper = isPaperAccount(of.account)
  const [positions, open, ended, fills] = await Promise.all([
    isPaper ? readPositions(hub, of).then((read) => [...read.positions.values()]) : [],
    readOrders(hub, of, 'open', mostOpen),
    readOrders(hub, of, 'ended', limit),
    readFills(hub, of, limit),
  ])
  const bySymbol = positions.map(({ position }) => position)
  bySymbol.sort((a, b) => a.symbol.localeCompare(b.symbol))
  return { ...of, mode: isPaper ? 'paper' : 'live', positions: bySymbol, open, ended, fills }
}
