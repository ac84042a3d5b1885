import type { Reservation } from '../../lua/claim-intent.ts'
import { abs, compareDecimals, lesser, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { AccountFacts, OrderFacts, OrderToCheck } from './order-facts.ts'
import { denied } from './order-verdict.ts'
import type { DenialCode, OrderVerdict } from './order-verdict.ts'
import { counterOf, fromUnits, leftOf, toHeldUnits, toRoomUnits } from './reservation.ts'

/** Whether the account's limits have room for an order, and what its claim must hold of them. */
export function checkRoom(
  order: OrderToCheck,
  { contractSize }: Instrument,
  facts: OrderFacts,
): OrderVerdict {
  const { account, limits } = facts
  const { reserved } = account
  const orders = {
    counter: counterOf('orders'),
    amount: order.slices,
    room: limits.openOrders - account.foreignOrders,
  }
  if (orders.amount > leftOf(orders, reserved))
    return denied('open orders', `${order.slices} more orders than ${limits.openOrders} would be open`)
  if (order.class === 'reduce') return checkReduction(order, account, [orders])

  const price = valuedAt(order, facts)
  if (price === undefined) return denied('unknown', `no price of ${order.symbol} is known`)
  const notional = mul(order.size, contractSize, price)
  if (compareDecimals(notional, limits.orderNotional) > 0)
    return denied('order notional', `the notional ${notional} is above ${limits.orderNotional}`)
  const amount = toHeldUnits(notional)
  const { symbolNotional, gross, equity } = account
  if (symbolNotional === undefined || gross === undefined || equity === undefined)
    return denied('unknown', 'the exposure of the account is not known')
  const ofSymbol = toReservation(
    counterOf({ symbol: order.symbol }),
    amount,
    limits.positionNotional,
    symbolNotional,
  )
  const leveraged = mul(limits.leverage, equity)
  const most = lesser(limits.grossNotional, leveraged)
  const ofAll = toReservation(counterOf('gross'), amount, most, gross)
  const passed: [Reservation, DenialCode, Decimal][] = [
    [ofSymbol, 'position notional', limits.positionNotional],
    [ofAll, most === limits.grossNotional ? 'gross' : 'leverage', most],
  ]
  for (const [reservation, code, limit] of passed) {
    const left = leftOf(reservation, reserved)
    if (amount > left)
      return denied(code, `the notional ${notional} is above what ${limit} leaves: ${fromUnits(left)}`)
  }
  return { verdict: 'approved', reservations: [orders, ofSymbol, ofAll] }
}

/** What an order is valued at: its price or the mark, whichever makes more of it. */
function valuedAt({ price }: OrderToCheck, { prices }: OrderFacts): Decimal | undefined {
  const at = price ?? prices.opposite
  const mark = prices.markPrice
  if (at === undefined || mark === undefined) return undefined
  return compareDecimals(at, mark) > 0 ? at : mark
}

function checkReduction(
  order: OrderToCheck,
  { held }: AccountFacts,
  reservations: Reservation[],
): OrderVerdict {
  const isAgainst = signOf(held.size) * (order.side === 'buy' ? 1 : -1) < 0
  if (!isAgainst) return denied('nothing to reduce', 'there is nothing to reduce')
  if (compareDecimals(order.size, abs(held.size)) > 0)
    return denied('nothing to reduce', `the size ${order.size} is above the position of ${held.size}`)
  return { verdict: 'approved', reservations }
}

function toReservation(counter: string, amount: number, limit: Decimal, has: Decimal): Reservation {
  return { counter, amount, room: toRoomUnits(sub(limit, has)) }
}
