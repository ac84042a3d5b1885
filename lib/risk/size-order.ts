import { ceilTo, compareDecimals, div, floorTo, lesser, mul, signOf } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { OrderType, Side } from '../model/order.ts'
import { fewestParts, splitSize } from './split-size.ts'

/** What somebody asks for. */
export interface SizeToCut {
  readonly side: Side
  readonly type: OrderType
  /** contracts; undefined where `notional` is given */
  readonly size: Decimal | undefined
  /** in the quote asset */
  readonly notional: Decimal | undefined
  /** undefined for a market order */
  readonly price: Decimal | undefined
  readonly reduceOnly: boolean
}

/** What the venue takes of it: one order for each slice. */
export interface SizedOrder {
  /** undefined for a market order */
  readonly price: Decimal | undefined
  /** contracts, all slices together; never above what was asked for */
  readonly size: Decimal
  readonly slices: readonly Decimal[]
  /** in the quote asset, of all slices, at the price or the reference price */
  readonly notional: Decimal
}

// More digits behind the point than any lot has.
const places = 18
// What needs more is a mistake in the size, or in the venue's maximum.
const mostSlices = 100

/**
 * An order in the venue's steps: its size cut down to the lot, its price to the tick away from the market, a market order
 * split by the venue's maximum. `reference` is what a market order is valued by, `most` the contracts that there are to
 * reduce. Gives why it cannot be, otherwise.
 */
export function sizeOrder(
  asked: SizeToCut,
  instrument: Instrument,
  { reference, most }: { readonly reference: Decimal | undefined; readonly most?: Decimal },
): SizedOrder | { readonly denied: string } {
  const { symbol, tickSize, lotSize, minQty, minNotional, contractSize } = instrument
  if (!instrument.linear) return { denied: `${symbol} is inverse, which cannot be sized` }
  if (tickSize === undefined || lotSize === undefined)
    return { denied: `tick and lot of ${symbol} are not known` }
  const price = asked.price === undefined ? undefined : toTick(asked.price, tickSize, asked.side)
  if (price !== undefined && signOf(price) <= 0)
    return { denied: `the price must be above 0, was ${asked.price}` }
  const at = price ?? reference
  if (at === undefined || signOf(at) <= 0) return { denied: `no quote of ${symbol} is known` }
  const wanted = asked.size ?? contractsFor(asked.notional ?? '0', mul(at, contractSize), lotSize)
  const size = floorTo(most === undefined ? wanted : lesser(wanted, most), lotSize)
  if (signOf(size) <= 0) return { denied: `the size comes to less than the lot of ${lotSize}` }
  if (minQty !== undefined && compareDecimals(size, minQty) < 0)
    return { denied: `the size ${size} is below the least, ${minQty}` }
  const split = { size, lot: lotSize, most: asked.type === 'market' ? instrument.maxMarketQty : undefined }
  const count = fewestParts(split)
  if (count > mostSlices)
    return {
      denied: `the size ${size} is above ${mostSlices} times the most of a market order, ${split.most}`,
    }
  const slices = splitSize(split, count)
  const least = slices.reduce(lesser)
  if (minQty !== undefined && compareDecimals(least, minQty) < 0)
    return { denied: `a slice of ${least} is below the least, ${minQty}` }
  const leastNotional = mul(least, contractSize, at)
  if (!asked.reduceOnly && minNotional !== undefined && compareDecimals(leastNotional, minNotional) < 0)
    return { denied: `the notional ${leastNotional} is below the least, ${minNotional}` }
  return { price, size, slices, notional: mul(size, contractSize, at) }
}

/** A price on the tick that is no nearer to the market: a buy's is cut down, a sell's up. */
export function toTick(price: Decimal, tickSize: Decimal, side: Side): Decimal {
  return side === 'buy' ? floorTo(price, tickSize) : ceilTo(price, tickSize)
}

/** The most contracts, in lots, that are worth no more than `notional`. */
function contractsFor(notional: Decimal, perContract: Decimal, lot: Decimal): Decimal {
  // A multiple of a lot's worth, so that the division comes out even: nothing is rounded up.
  return div(floorTo(notional, mul(perContract, lot)), perContract, places)
}
