import type { Instrument } from '../model/instrument.ts'
import type { IntentClass } from '../model/order.ts'
import { forbids } from '../model/trading-state.ts'
import { checkFreshness } from './check-freshness.ts'
import { checkPrices } from './check-prices.ts'
import { checkRoom } from './check-room.ts'
import { checkStops } from './check-stops.ts'
import type { OrderFacts, OrderToCheck } from './order-facts.ts'
import { denied } from './order-verdict.ts'
import type { Denial, OrderVerdict } from './order-verdict.ts'

/**
 * Whether an order may be sent. New risk is held against everything; what reduces against the state, the prices and the
 * order rates; what protects against the instrument and the whole of the order rates only.
 */
export function checkOrder(order: OrderToCheck, facts: OrderFacts): OrderVerdict {
  const forbidden = forbids(facts.rules, order.class, facts.now)
  if (forbidden !== undefined) return denied('state', forbidden)
  const { instrument, limits } = facts
  if (instrument === undefined) return denied('instrument', `no instrument ${order.symbol} is known`)
  if (!mayTrade(instrument, order.class))
    return denied('instrument', `${order.symbol} is ${instrument.status}`)
  const rate = checkRates(order, facts)
  if (rate !== undefined) return rate
  if (order.class === 'protect') return { verdict: 'approved', reservations: [] }
  if (order.class === 'reduce')
    return checkPrices(order, facts.prices, limits) ?? checkRoom(order, instrument, facts)
  const stale = checkFreshness(facts.freshness, limits) ?? checkPrices(order, facts.prices, limits)
  if (stale !== undefined) return stale
  const room = checkRoom(order, instrument, facts)
  if (room.verdict === 'denied') return room
  const stops = checkStops(order, instrument, facts)
  if (stops.verdict === 'denied') return stops
  return { verdict: 'approved', reservations: [...room.reservations, ...stops.reservations] }
}

function mayTrade({ status }: Instrument, intentClass: IntentClass): boolean {
  return status === 'trading' || (status === 'settling' && intentClass !== 'open')
}

function checkRates(
  { class: intentClass, slices }: OrderToCheck,
  { rates, limits }: OrderFacts,
): Denial | undefined {
  // A share of a whole number of orders: nothing is gained by decimals.
  const share = intentClass === 'protect' ? 1 : 1 - Number(limits.keptForProtect)
  const passed = rates.find(({ limit, used }) => used + slices > Math.floor(limit * share + 1e-9))
  if (passed === undefined) return undefined
  const { used, limit, windowMs } = passed
  return denied(
    'rate',
    `${used} of ${limit} orders in ${windowMs / 1000} s are used, ${Math.round(share * 100)} % are for these`,
  )
}
