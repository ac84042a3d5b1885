import { compareDecimals, negate } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { RiskLimits } from './limits.ts'

/** What one source says that all positions of an account would bring. */
export interface UnrealisedSample {
  readonly source: string
  /** in the quote asset; negative is a loss */
  readonly profit: Decimal
  /** venue time */
  readonly time: number
}

const needed = 3
const kept = 12

/** The samples with one more, oldest first; what a source said of the same time is one sample. */
export function withSample(
  samples: readonly UnrealisedSample[],
  sample: UnrealisedSample,
): UnrealisedSample[] {
  const others = samples.filter(({ source, time }) => source !== sample.source || time !== sample.time)
  return [...others, sample].toSorted((a, b) => a.time - b.time).slice(-kept)
}

/**
 * Whether an account must be flattened: its last three samples are all beyond the limit, fresh, and of two sources at
 * least. One that is not, in between, begins the count anew.
 */
export function mustFlatten(
  samples: readonly UnrealisedSample[],
  now: number,
  { unrealisedLoss, accountAgeMs }: RiskLimits,
): boolean {
  const last = samples.toSorted((a, b) => a.time - b.time).slice(-needed)
  return (
    last.length === needed &&
    new Set(last.map(({ source }) => source)).size >= 2 &&
    last.every(
      ({ profit, time }) => now - time <= accountAgeMs && compareDecimals(negate(profit), unrealisedLoss) > 0,
    )
  )
}
