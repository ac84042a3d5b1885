import { add, negate, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { OrderReport, TradeReport } from '../model/order-report.ts'

/** A position in net contracts, and the venue's time of its last change; 0 it never changed. */
export interface HeldAt {
  readonly size: Decimal
  readonly time: number
}

/** What the venue says beside "there is no such order". */
export interface AbsenceEvidence {
  readonly openOrders: readonly OrderReport[]
  /** of the symbol, from well before the order was sent on */
  readonly orders: readonly OrderReport[]
  readonly trades: readonly TradeReport[]
  /** orders of those trades that `orders` lacks, by the venue's id */
  readonly olderOrders: readonly OrderReport[]
  /** the position when the order was claimed, and now */
  readonly before: HeldAt
  readonly now: HeldAt
}

/** Venue ms after its request could last arrive until an order that the venue denies is looked for everywhere. */
const settledMs = 5_000

/** Venue time from which on a lost order's absence may be believed; `window` is the request's receive window. */
export function absentFrom(of: { sentAt: number; windowMs: number; errorMs: number }): number {
  return of.sentAt + of.windowMs + settledMs + of.errorMs
}

/**
 * Whether an order that the venue says it does not know never was: it is in no list, no trade is its own, and the
 * trades of others explain the position. Client ids are unique among open orders only, and a filled order may have
 * left every list but the trades. Gives the order when a list has it, and what disagrees when it is not certain.
 */
export function judgeAbsence(
  clientOrderId: string,
  { openOrders, orders, trades, olderOrders, before, now }: AbsenceEvidence,
): { found: OrderReport } | { absent: true } | { unclear: string } {
  const known = [...openOrders, ...orders, ...olderOrders]
  const found = known.findLast((order) => order.clientOrderId === clientOrderId)
  if (found !== undefined) return { found }
  const byId = new Set(known.map(({ orderId }) => orderId))
  const stranger = trades.find(({ orderId }) => !byId.has(orderId))
  if (stranger !== undefined) return { unclear: `trade ${stranger.id} is of an order that no list has` }
  const change = sub(now.size, before.size)
  // Some trades of the very ms of the last known change may be in it, and some not.
  const explained = [before.time + 1, before.time].some((since) => netOf(trades, since) === change)
  if (!explained) return { unclear: `the position changed by ${change}, and the trades do not` }
  return { absent: true }
}

function netOf(trades: readonly TradeReport[], since: number): Decimal {
  return trades
    .filter(({ time }) => time >= since)
    .reduce<Decimal>((sum, { side, size }) => add(sum, side === 'buy' ? size : negate(size)), '0')
}
