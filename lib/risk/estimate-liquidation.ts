import { add, compareDecimals, div, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** A position of cross margin and what stands behind it; money in the quote asset. */
export interface MarginGround {
  readonly isLong: boolean
  /** in the base asset, what is to be added included; positive */
  readonly baseQty: Decimal
  /** of that, what is to be added */
  readonly addedQty: Decimal
  /** what is to be added costs */
  readonly addedPrice: Decimal
  readonly markPrice: Decimal
  /** of the account, before anything is added */
  readonly equity: Decimal
  /** what all of the account's positions need as margin, before anything is added */
  readonly maintenance: Decimal
  /** part of its notional that what is added needs as margin */
  readonly maintenanceRate: Decimal
}

const places = 12

/**
 * How far the mark may move against a position until the account no longer has the margin that its positions need, as a
 * part of the mark, and all else standing still; never farther than it truly is. 0: it has not now.
 */
export function liquidationDistance(ground: MarginGround): Decimal {
  const { isLong, baseQty, addedQty, addedPrice, markPrice, maintenanceRate } = ground
  const paid = mul(addedQty, isLong ? sub(addedPrice, markPrice) : sub(markPrice, addedPrice))
  const lostAtOnce = signOf(paid) > 0 ? paid : '0'
  const neededMore = mul(maintenanceRate, addedQty, markPrice)
  const cushion = sub(sub(ground.equity, ground.maintenance), add(lostAtOnce, neededMore))
  if (signOf(cushion) <= 0) return '0'
  // As the price of a short rises, so does the margin that it needs.
  return div(cushion, mul(baseQty, markPrice, add('1', maintenanceRate)), places)
}

/** The mark at that distance; undefined where a price cannot fall as far. */
export function priceAtDistance(isLong: boolean, markPrice: Decimal, distance: Decimal): Decimal | undefined {
  if (!isLong) return mul(markPrice, add('1', distance))
  return compareDecimals(distance, '1') >= 0 ? undefined : mul(markPrice, sub('1', distance))
}
