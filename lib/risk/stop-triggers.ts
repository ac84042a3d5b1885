import { add, ceilTo, compareDecimals, div, floorTo, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** Where a position stands, as far as its stops' triggers need it. */
export interface StopGround {
  readonly isLong: boolean
  /** positive */
  readonly entryPrice: Decimal
  /** undefined where there is none */
  readonly liquidationPrice: Decimal | undefined
  readonly tickSize: Decimal
}

const places = 18

/** The trigger at a distance from the entry (a part of it), rounded towards the entry, and on the losing side of it. */
export function triggerAt(ground: StopGround, distance: Decimal): Decimal {
  const { isLong, entryPrice } = ground
  const away = mul(entryPrice, distance)
  return towardsEntry(ground, isLong ? sub(entryPrice, away) : add(entryPrice, away))
}

/** How far rungs may go. */
export interface Reach {
  /** no rung may lie beyond it */
  readonly price: Decimal
  /** where a rung is put that would; nearer, so that the next small move of liquidation does not break it again */
  readonly triggerPrice: Decimal
}

// Of the reach, for what is put at its end.
const slack = '0.95'

/** What is within `share` of the way to liquidation; undefined: there is no liquidation. */
export function reachOf(ground: StopGround, share: Decimal): Reach | undefined {
  const { isLong, entryPrice, liquidationPrice } = ground
  if (liquidationPrice === undefined) return undefined
  const way = mul(wayToLiquidation(ground, liquidationPrice), share)
  const at = (away: Decimal) => (isLong ? sub(entryPrice, away) : add(entryPrice, away))
  return { price: at(way), triggerPrice: towardsEntry(ground, at(mul(way, slack))) }
}

/** The part of a size that has its liquidation far enough away, if the way to it grows as the size falls. */
export function shrinkTo(
  ground: StopGround,
  liquidationPrice: Decimal,
  of: { readonly size: Decimal; readonly lot: Decimal; readonly away: Decimal; readonly share: Decimal },
): Decimal {
  const allowed = mul(wayToLiquidation(ground, liquidationPrice), of.share, slack)
  // A multiple of what a lot takes, so that the division comes out even: nothing is rounded up.
  return div(floorTo(mul(of.size, allowed), mul(of.away, of.lot)), of.away, places)
}

/**
 * The trigger of the stop behind `last`: `behind` (a part of the entry price) farther away, but at most halfway from there
 * to liquidation. At least a tick behind, where liquidation leaves one.
 */
export function triggerBehind(ground: StopGround, last: Decimal, behind: Decimal): Decimal {
  const { isLong, entryPrice, liquidationPrice, tickSize } = ground
  const away = mul(entryPrice, behind)
  const wanted = isLong ? sub(last, away) : add(last, away)
  const halfway = liquidationPrice && div(add(last, liquidationPrice), '2', places)
  const bounded = halfway === undefined || !isBeyond(isLong, wanted, halfway) ? wanted : halfway
  const rounded = towardsEntry(ground, bounded)
  if (isBeyond(isLong, rounded, last)) return rounded
  const next = isLong ? sub(last, tickSize) : add(last, tickSize)
  const isSafe = liquidationPrice === undefined || isBeyond(isLong, liquidationPrice, next)
  return isSafe && signOf(next) > 0 ? next : last
}

/** How far liquidation is from the entry, 0 where it lies on the winning side; in the price's unit. */
export function wayToLiquidation({ isLong, entryPrice }: StopGround, liquidationPrice: Decimal): Decimal {
  const way = isLong ? sub(entryPrice, liquidationPrice) : sub(liquidationPrice, entryPrice)
  return signOf(way) > 0 ? way : '0'
}

/** Whether `price` is farther on the losing side than `than`. */
export function isBeyond(isLong: boolean, price: Decimal, than: Decimal): boolean {
  return isLong ? compareDecimals(price, than) < 0 : compareDecimals(price, than) > 0
}

/** Whether a mark price has come to a trigger, or passed it. */
export function isReached(isLong: boolean, mark: Decimal, trigger: Decimal): boolean {
  return !isBeyond(isLong, trigger, mark)
}

// Where a tick is so coarse that the rounded price would reach the entry, the first tick on the losing side.
function towardsEntry({ isLong, entryPrice, tickSize }: StopGround, price: Decimal): Decimal {
  const rounded = isLong ? ceilTo(price, tickSize) : floorTo(price, tickSize)
  if (isBeyond(isLong, rounded, entryPrice)) return rounded
  return isLong ? sub(ceilTo(entryPrice, tickSize), tickSize) : add(floorTo(entryPrice, tickSize), tickSize)
}
