import { add, compareDecimals, mul } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { decodeOrder, encodeOrder } from './order.ts'
import type { Fill, Order } from './order.ts'
import type { OrderReport, TradeReport } from './order-report.ts'
import { compareOrderVersions } from './order-version.ts'
import type { PositionSide } from './position-report.ts'

/** An order at a venue, as everything that was heard of it adds up. `fees` are those paid in the quote asset. */
export interface LiveOrder extends Order {
  readonly positionSide: PositionSide
  /** the venue's id; undefined until it told it */
  readonly venueId: string | undefined
  /** contracts of the trades that are known; less than `filled` while some were not heard of */
  readonly traded: Decimal
  /** the venue's ids of those trades */
  readonly tradeIds: readonly string[]
  /** venue time of the latest of them; 0 none */
  readonly tradedAt: number
}

/** One word on an order: how it stands, trades of it, or both. */
export interface OrderWord {
  readonly report?: OrderReport | undefined
  readonly trades?: readonly TradeReport[]
}

/** What of a contract turns trades into money. */
export interface MoneyTerms {
  readonly contractSize: Decimal
  readonly quote: string
}

/**
 * The order after a word, and the fills that it brought; undefined when it says nothing new. The state orders by
 * (terminal, filled, time) and a terminal one absorbs; trades are added once each, whenever they come. So words may come
 * in any order and any number of times.
 */
export function afterWord(
  order: LiveOrder,
  word: OrderWord,
  { contractSize, quote }: MoneyTerms,
): { order: LiveOrder; fills: Fill[] } | undefined {
  let next = word.report === undefined ? order : afterReport(order, word.report)
  const fills: Fill[] = []
  for (const trade of word.trades ?? []) {
    if (next.tradeIds.includes(trade.id)) continue
    const notional = mul(trade.size, contractSize, trade.price)
    const traded = add(next.traded, trade.size)
    const { id: orderId, strategy } = order
    const { symbol, side, size, price, fee, liquidity, realisedProfit, time } = trade
    next = {
      ...next,
      venueId: trade.orderId,
      traded,
      filled: largerOf(next.filled, traded),
      tradeIds: [...next.tradeIds, trade.id].toSorted(),
      tradedAt: Math.max(next.tradedAt, time),
      filledNotional: add(next.filledNotional, notional),
      fees: trade.feeAsset === quote ? add(next.fees, fee) : next.fees,
      time: Math.max(toldAt(next), time),
    }
    const own = { id: `${orderId}-${trade.id}`, orderId, strategy, symbol, side, size, price, notional }
    fills.push({ ...own, fee, liquidity, realisedProfit, time })
  }
  if (next === order) return undefined
  return { order: { ...next, revision: order.revision + 1 }, fills }
}

/** Whether trades of an order were not heard of, so that the venue must be asked for them. */
export function lacksTrades(order: LiveOrder): boolean {
  return compareDecimals(order.traded, order.filled) < 0
}

function afterReport(order: LiveOrder, report: OrderReport): LiveOrder {
  const filled = largerOf(order.filled, report.filled)
  const venueId = report.orderId
  const time = toldAt(order)
  const known = { ...order, filled, venueId, time: Math.max(time, report.time) }
  const isNewer = compareOrderVersions(report, { ...order, time }) > 0
  const changed =
    (isNewer && report.state !== order.state) ||
    filled !== order.filled ||
    venueId !== order.venueId ||
    known.time !== order.time
  if (!changed) return order
  return isNewer ? { ...known, state: report.state } : known
}

// Before the venue's first word its time is ours, which may be ahead of the venue's.
function toldAt({ state, venueId, time }: LiveOrder): number {
  return state === 'pending' && venueId === undefined ? 0 : time
}

function largerOf(a: Decimal, b: Decimal): Decimal {
  return compareDecimals(a, b) >= 0 ? a : b
}

/** The stored fields of a live order. */
export function encodeLiveOrder(order: LiveOrder): Record<string, string> {
  return encodeOrder(order)
}

/** The live order that stored fields tell. */
export function decodeLiveOrder(fields: Readonly<Record<string, string>>): LiveOrder {
  const ids = fields['tradeIds'] ?? ''
  return {
    ...decodeOrder(fields),
    positionSide: (fields['positionSide'] ?? 'both') as PositionSide,
    venueId: fields['venueId'],
    traded: fields['traded'] ?? '0',
    tradeIds: ids === '' ? [] : ids.split(','),
    // Older records lack it: their last change was no earlier.
    tradedAt: Number(fields['tradedAt'] ?? (ids === '' ? 0 : fields['time'])),
  }
}
