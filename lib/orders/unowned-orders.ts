import type { Condition } from '../hub/conditions.ts'
import { compareDecimals, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { isEntry } from '../model/order-report.ts'
import type { OrderReport, StopReport } from '../model/order-report.ts'
import type { ExposedSize } from '../risk/exposure.ts'

/** The beginning of the names of conditions that tell of orders which nobody owns. */
export const unownedPrefix = 'unowned '

// More than that a person does not read; what is not named stands as one that cannot be valued.
const mostNamed = 500

/** The conditions that name orders and stops which nobody owns; `now` is market time. */
export function toUnownedConditions(
  orders: readonly OrderReport[],
  stops: readonly StopReport[],
  now: number,
): Map<string, Condition> {
  const named = [...orders.map((order) => ofOrder(order, now)), ...stops.map((stop) => ofStop(stop, now))]
  const conditions = new Map(named.slice(0, mostNamed))
  const more = named.length - mostNamed
  if (more > 0) {
    const text = `${more} more orders rest that nobody here owns`
    conditions.set(`${unownedPrefix}others`, {
      since: now,
      text,
      opens: true,
      symbol: '',
      size: String(more),
    })
  }
  return conditions
}

/** What of the orders that conditions name may open a position. */
export function unownedEntries(conditions: ReadonlyMap<string, Condition>): ExposedSize[] {
  return [...conditions].flatMap(([name, { opens, symbol, size, price }]) => {
    if (!name.startsWith(unownedPrefix) || opens !== true) return []
    const of = { symbol: String(symbol), size: String(size) }
    return [typeof price === 'string' ? { ...of, price } : of]
  })
}

function ofOrder(order: OrderReport, now: number): [string, Condition] {
  const { price } = order
  const left = sub(order.size, order.filled)
  const at = price === undefined ? 'at the market' : `at ${price}`
  return toCondition(order, now, { kind: 'order', size: left, at, price })
}

function ofStop(stop: StopReport, now: number): [string, Condition] {
  const { triggerPrice: price, size } = stop
  return toCondition(stop, now, { kind: 'stop', size, at: `once ${price} is reached`, price })
}

function toCondition(
  placed: OrderReport | StopReport,
  since: number,
  of: { kind: 'order' | 'stop'; size: Decimal | undefined; at: string; price: Decimal | undefined },
): [string, Condition] {
  const { symbol, side, positionSide, clientOrderId, orderId } = placed
  const { kind, size, at, price } = of
  // What closes all has no size, and opens nothing.
  const opens = isEntry(placed) && size !== undefined && compareDecimals(size, '0') > 0
  const text = `nobody here owns the ${kind} ${clientOrderId}: ${side} ${size ?? 'all'} ${symbol} ${at}`
  const more = { symbol, side, positionSide, size, price, clientOrderId, opens }
  return [`${unownedPrefix}${kind} ${symbol} ${orderId}`, { since, text, ...more }]
}
