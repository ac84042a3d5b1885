import { abs, compareDecimals, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { RiskLimits } from './limits.ts'
import { isBeyond } from './stop-triggers.ts'

/** One source's word on a mark price. */
export interface MarkWord {
  readonly source: string
  readonly price: Decimal
  /** venue time */
  readonly time: number
}

/** The freshest word of each source that is not stale. */
export function freshMarks(marks: readonly MarkWord[], now: number, { markAgeMs }: RiskLimits): MarkWord[] {
  const bySource = new Map<string, MarkWord>()
  for (const mark of marks) {
    if (now - mark.time > markAgeMs) continue
    const known = bySource.get(mark.source)
    if (known === undefined || mark.time > known.time) bySource.set(mark.source, mark)
  }
  return [...bySource.values()].toSorted((a, b) => b.time - a.time)
}

/** Whether two fresh sources that agree both have the mark `backstopBeyond` beyond the last rung. */
export function isBeyondLadder(
  isLong: boolean,
  last: Decimal,
  marks: readonly MarkWord[],
  limits: RiskLimits,
): boolean {
  const away = mul(last, limits.backstopBeyond)
  const edge = sub(last, isLong ? away : mul(away, '-1'))
  const beyond = marks.filter(({ price }) => !isBeyond(isLong, edge, price))
  return beyond.some((one, at) =>
    beyond.slice(at + 1).some(({ price }) => agrees(one.price, price, limits.markAgreement)),
  )
}

function agrees(a: Decimal, b: Decimal, within: Decimal): boolean {
  return compareDecimals(abs(sub(a, b)), mul(b, within)) <= 0
}
