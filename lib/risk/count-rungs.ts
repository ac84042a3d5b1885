import { ceilTo, compareDecimals, floorTo, lesser, mul } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import { fewestParts, lotsIn } from './split-size.ts'

/** How many rungs a position gets that has so many levels for them, and the contracts that they take together. */
export function countRungs(
  contracts: Decimal,
  price: Decimal,
  lot: Decimal,
  levels: number,
  { instrument, slots }: { readonly instrument: Instrument; readonly slots: number },
): { count: number; size: Decimal } {
  const { minNotional, maxMarketQty, contractSize } = instrument
  const minQty = ceilTo(instrument.minQty ?? lot, lot)
  const whole = floorTo(contracts, lot)
  const none = { count: 0, size: '0' }
  if (whole === '0' || compareDecimals(whole, minQty) < 0) return none
  const fewest = fewestParts({ size: whole, lot, most: maxMarketQty })
  // A ladder of one rung can be replaced rung by rung where there is no room for two.
  const bySlots = slots < 2 ? 0 : Math.max(1, Math.floor((slots - 1) / 2))
  const byLots = timesIn(whole, minQty)
  const byNotional =
    minNotional === undefined ? levels : Math.max(1, timesIn(mul(whole, contractSize, price), minNotional))
  const count = Math.min(bySlots, byLots, Math.max(fewest, Math.min(levels, byNotional)))
  if (count === 0 || fewest === Infinity) return none
  const mostOfAll = maxMarketQty === undefined ? whole : mul(floorTo(maxMarketQty, lot), String(count))
  return { count, size: lesser(whole, mostOfAll) }
}

function timesIn(whole: Decimal, part: Decimal): number {
  return Number(lotsIn(floorTo(whole, part), part))
}
