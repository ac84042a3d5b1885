import { compareDecimals, div, floorTo, mul } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'

/** A size and how it may be cut, in contracts. */
export interface SplitOf {
  /** a multiple of `lot` */
  readonly size: Decimal
  readonly lot: Decimal
  /** of one part; undefined: as much as one likes */
  readonly most: Decimal | undefined
}

/** In how many parts a size must come, so that none is above the most; Infinity where the most is below a lot. */
export function fewestParts({ size, lot, most }: SplitOf): number {
  if (most === undefined || compareDecimals(size, most) <= 0) return 1
  const of = lotsIn(floorTo(most, lot), lot)
  return of === 0n ? Infinity : Number((lotsIn(size, lot) + of - 1n) / of)
}

/**
 * Equal parts of a size, what the lots leave over on the first, or on the next when that is full; together exactly the
 * size, none above the most. `count` is at least `fewestParts`; parts of nothing are left out.
 */
export function splitSize({ size, lot, most }: SplitOf, count: number): Decimal[] {
  const all = lotsIn(size, lot)
  const part = all / BigInt(count)
  const room = most === undefined ? all : lotsIn(floorTo(most, lot), lot) - part
  let left = all % BigInt(count)
  const parts: bigint[] = []
  for (let at = 0; at < count; at++) {
    const more = left < room ? left : room
    left -= more
    parts.push(part + more)
  }
  return parts.filter((lots) => lots > 0n).map((lots) => mul(String(lots), lot))
}

/** How many lots make up a size that is a multiple of the lot. */
export function lotsIn(size: Decimal, lot: Decimal): bigint {
  return BigInt(div(size, lot, 0))
}
