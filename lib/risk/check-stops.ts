import { abs, add, compareDecimals, div, mul, negate, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import { liquidationDistance, priceAtDistance } from './estimate-liquidation.ts'
import { fitLadder } from './fit-ladder.ts'
import type { OrderFacts, OrderToCheck } from './order-facts.ts'
import { denied } from './order-verdict.ts'
import type { OrderVerdict } from './order-verdict.ts'
import { counterOf } from './reservation.ts'
import { slotsFor } from './stop-ladder.ts'

const places = 12

/**
 * Whether the position that an order would make can have its stops: liquidation far enough away, and a slot for each of
 * them, with those of a replacement.
 */
export function checkStops(order: OrderToCheck, instrument: Instrument, facts: OrderFacts): OrderVerdict {
  const { account, limits, prices } = facts
  const { held, equity, maintenance, slots } = account
  const size = add(held.size, order.side === 'buy' ? order.size : negate(order.size))
  const turns = signOf(size) !== signOf(held.size)
  const grows = turns || compareDecimals(abs(size), abs(held.size)) > 0
  if (!grows || size === '0') return { verdict: 'approved', reservations: [] }
  const mark = prices.markPrice
  if (equity === undefined || maintenance === undefined || mark === undefined)
    return denied('unknown', 'the margin of the account is not known')
  const isLong = signOf(size) > 0
  const price = order.price ?? prices.opposite ?? mark
  const added = turns ? abs(size) : order.size
  const distance = liquidationDistance({
    isLong,
    baseQty: mul(abs(size), instrument.contractSize),
    addedQty: mul(added, instrument.contractSize),
    addedPrice: price,
    markPrice: mark,
    equity,
    maintenance,
    maintenanceRate: account.maintenanceRate ?? limits.maintenanceRate,
  })
  const told =
    turns || held.liquidationPrice === undefined ? undefined : distanceOf(held.liquidationPrice, mark, isLong)
  const nearest = told !== undefined && compareDecimals(told, distance) < 0 ? told : distance
  if (compareDecimals(nearest, limits.liquidationDistance) < 0)
    return denied(
      'liquidation',
      `liquidation would be ${nearest} of the mark away, ${limits.liquidationDistance} at least`,
    )
  const entryPrice = turns ? price : averageEntry(held.size, held.entryPrice, order.size, price)
  if (entryPrice === undefined) return denied('unknown', 'the entry price of the position is not known')

  const ofAccount = slots.setAside + slots.free - (account.reserved[counterOf('slots')] ?? 0)
  const free = Math.max(0, Math.min(slots.ofPosition, ofAccount))
  const liquidationPrice = priceAtDistance(isLong, mark, nearest)
  const fit = fitLadder(
    { symbol: order.symbol, side: 'both', size, entryPrice, liquidationPrice },
    { instrument, limits, slots: free },
  )
  if (!fit.fits) {
    if (fit.why === 'unknown') return denied('unknown', 'its stops cannot be planned')
    if (fit.why === 'slots')
      return denied('slots', `${fit.rest} of ${abs(size)} contracts would have no stop`)
    const share = limits.liquidationShare
    return denied('liquidation', `its stops would be beyond ${share} of the way to liquidation`)
  }
  const needed = slotsFor(fit.rungs)
  if (needed > free)
    return denied('slots', `its stops and their replacement need ${needed} slots, ${free} are free`)
  const amount = Math.max(0, needed - slots.setAside)
  return { verdict: 'approved', reservations: [{ counter: counterOf('slots'), amount, room: slots.free }] }
}

function distanceOf(liquidationPrice: Decimal, mark: Decimal, isLong: boolean): Decimal {
  const way = isLong ? sub(mark, liquidationPrice) : sub(liquidationPrice, mark)
  return div(way, mark, places)
}

function averageEntry(
  held: Decimal,
  entryPrice: Decimal | undefined,
  added: Decimal,
  price: Decimal,
): Decimal | undefined {
  if (held === '0') return price
  if (entryPrice === undefined) return undefined
  const all = add(abs(held), added)
  return div(add(mul(abs(held), entryPrice), mul(added, price)), all, places)
}
