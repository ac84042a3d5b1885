import type { Listing } from '../core/listing.ts'
import { ONE, absolute, times, type Fixed } from './fixed.ts'

/** A step of position size; notionals in the quote asset, ratios as fractions of it. */
export interface Bracket {
  readonly maxLeverage: number
  readonly floor: number
  readonly cap: number
  /** 10^-8 */
  readonly maintenance: Fixed
  /** what the maintenance margin is less than notional × ratio, so that it has no steps; 10^-8 of the quote asset */
  readonly deduction: Fixed
}

const MAJOR: readonly [maxLeverage: number, cap: number, ratio: string][] = [
  [125, 300_000, '400000'],
  [100, 800_000, '500000'],
  [75, 3_000_000, '650000'],
  [50, 12_000_000, '1000000'],
  [20, 70_000_000, '2000000'],
  [10, 100_000_000, '2500000'],
  [5, 230_000_000, '5000000'],
  [2, 600_000_000, '15000000'],
]
const OTHER: readonly [maxLeverage: number, cap: number, ratio: string][] = [
  [75, 5000, '1000000'],
  [50, 50_000, '1500000'],
  [25, 200_000, '2000000'],
  [20, 1_000_000, '2500000'],
  [10, 5_000_000, '5000000'],
  [5, 10_000_000, '10000000'],
  [2, 30_000_000, '25000000'],
]

const major = toBrackets(MAJOR)
const other = toBrackets(OTHER)

/** The brackets of a symbol, smallest first; the numbers are the simulator's, their form is the venue's. */
export function bracketsOf(listing: Listing): readonly Bracket[] {
  return listing.baseAsset === 'BTC' || listing.baseAsset === 'ETH' ? major : other
}

export function bracketAt(listing: Listing, notional: Fixed): Bracket {
  const brackets = bracketsOf(listing)
  const size = absolute(notional)
  return brackets.find((each) => size <= BigInt(each.cap) * ONE) ?? brackets.at(-1)!
}

export function maintenanceMargin(listing: Listing, notional: Fixed): Fixed {
  const { maintenance, deduction } = bracketAt(listing, notional)
  return times(absolute(notional), maintenance) - deduction
}

/** The largest notional that a leverage allows, in the quote asset. */
export function mostNotional(listing: Listing, leverage: number): number {
  return bracketsOf(listing).findLast((each) => each.maxLeverage >= leverage)?.cap ?? 0
}

function toBrackets(rows: typeof MAJOR): readonly Bracket[] {
  let floor = 0
  let deduction = 0n
  let before = 0n
  return rows.map(([maxLeverage, cap, ratio]) => {
    const maintenance = BigInt(ratio)
    deduction += BigInt(floor) * (maintenance - (floor === 0 ? maintenance : before))
    const bracket = { maxLeverage, floor, cap, maintenance, deduction }
    before = maintenance
    floor = cap
    return bracket
  })
}
