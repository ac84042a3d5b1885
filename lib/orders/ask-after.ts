import type { OrderExchange } from '../exchange/order-exchange.ts'
import type { OrderReport } from '../model/order-report.ts'
import { absentFrom, judgeAbsence } from './judge-absence.ts'
import type { HeldAt } from './judge-absence.ts'

/** An order whose outcome nobody knows. */
export interface LostOrder {
  readonly symbol: string
  readonly clientOrderId: string
  /** venue time at which its request left, or may have left at the latest */
  readonly sentAt: number
  /** the request's receive window, venue ms */
  readonly windowMs: number
  /** the position when it was claimed */
  readonly before: HeldAt
}

/** found: it came to the venue, and stands like this; absent: it never did; unclear: ask again. */
export type Answer =
  | { readonly outcome: 'found'; readonly order: OrderReport }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unclear'; readonly reason: string }

/** What is asked, and by which clock. */
export interface AskParts {
  readonly exchange: OrderExchange
  /** the position as the venue tells it now, flat ones with 0 */
  readonly fetchPosition: (symbol: string) => Promise<HeldAt>
  readonly clock: { now(): number; errorMs(): number }
}

// Venue ms. The clocks may differ, and what was claimed may lag behind the venue.
const earlierMs = 60_000
// Orders that were placed before and traded since; more at once would be a market maker's.
const mostOlderOrders = 20

/**
 * Asks the venue once what became of an order. It is asked for by its id first; that there is no such order is believed
 * only when it can no longer arrive and orders, trades and position agree. Throws what the venue's calls throw.
 */
export async function askAfter(parts: AskParts, lost: LostOrder): Promise<Answer> {
  const { exchange, clock } = parts
  const { symbol, clientOrderId, sentAt, windowMs } = lost
  const order = await exchange.fetchOrder(symbol, clientOrderId)
  if (order !== undefined) return { outcome: 'found', order }
  const from = absentFrom({ sentAt, windowMs, errorMs: clock.errorMs() })
  // Also false while nobody knows the venue's clock.
  if (!(clock.now() >= from)) return { outcome: 'unclear', reason: 'it may still arrive' }

  // The position first: a trade that comes in between makes them disagree, and the next try agree.
  const now = await parts.fetchPosition(symbol)
  const since = Math.max(1, Math.min(sentAt - earlierMs, Math.max(lost.before.time, sentAt - 60 * earlierMs)))
  const [openOrders, orders, trades] = await Promise.all([
    exchange.fetchOpenOrders(symbol),
    exchange.fetchOrdersSince(symbol, since),
    exchange.fetchTradesSince(symbol, since),
  ])
  const listed = new Set([...openOrders, ...orders].map(({ orderId }) => orderId))
  const older = [...new Set(trades.map(({ orderId }) => orderId))].filter((id) => !listed.has(id))
  const olderOrders = await Promise.all(
    older.slice(0, mostOlderOrders).map((id) => exchange.fetchOrderById(symbol, id)),
  )
  const judged = judgeAbsence(clientOrderId, {
    openOrders,
    orders,
    trades,
    olderOrders: olderOrders.filter((each) => each !== undefined),
    before: lost.before,
    now,
  })
  if ('found' in judged) return { outcome: 'found', order: judged.found }
  if ('absent' in judged) return { outcome: 'absent' }
  return { outcome: 'unclear', reason: judged.unclear }
}
