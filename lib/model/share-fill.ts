import { abs, add, compareDecimals, div, lesser, mul, negate, signOf, sub } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { applyFill } from './position.ts'
import type { Position, PositionFill } from './position.ts'

const places = 12

/**
 * The parts of a symbol's position, by strategy, that a fill changes which no strategy's order made: a stop's, an exit's, the
 * venue's or a person's. It closes what stands against it, the largest part first, and never turns a part over; what is
 * beyond the parts is nobody's.
 */
export function shareFill(
  parts: ReadonlyMap<string, Position>,
  fill: PositionFill,
  contractSize: Decimal,
): Map<string, Position> {
  const direction = fill.side === 'buy' ? 1 : -1
  const against = [...parts]
    .filter(([, { size }]) => signOf(size) * direction < 0)
    .toSorted(([a, { size: x }], [b, { size: y }]) => compareDecimals(abs(y), abs(x)) || (a < b ? -1 : 1))
  const changed = new Map<string, Position>()
  let { size: left, fee: feeLeft } = fill
  for (const [strategy, part] of against) {
    if (signOf(left) === 0) break
    const size = lesser(abs(part.size), left)
    left = sub(left, size)
    // The last share bears what is rounded, so that the fees add up.
    const fee = signOf(left) === 0 ? feeLeft : div(mul(fill.fee, size), fill.size, places)
    feeLeft = add(feeLeft, negate(fee))
    changed.set(strategy, applyFill(part, { ...fill, size, fee }, contractSize))
  }
  return changed
}
