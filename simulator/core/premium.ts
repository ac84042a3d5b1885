import type { Listing } from './listing.ts'
import { readPrice } from './prices.ts'
import { gaussian, uniform } from './random.ts'

const FUNDING_MS = 8 * 3_600_000
const KNOT_MS = 600_000
/** the venue works marks out once a second */
const MARK_MS = 1000

/** Prices in the quote asset, rates as fractions for one funding period. */
export interface Premium {
  readonly markPrice: number
  readonly indexPrice: number
  readonly lastFundingRate: number
  readonly interestRate: number
  readonly nextFundingTime: number
  readonly time: number
}

/** Mark, index and funding at `now`; undefined before the first candle. */
export function readPremium(listing: Listing, now: number): Premium | undefined {
  const time = Math.floor(now / MARK_MS) * MARK_MS
  const last = readPrice(listing, time)
  if (last === undefined) return undefined
  const price = last.price * 10 ** -listing.priceDigits
  const basis = 0.0003 * basisAt(listing, time)
  const period = Math.floor(now / FUNDING_MS)
  return {
    markPrice: price * (1 + basis / 2),
    indexPrice: price * (1 + basis),
    lastFundingRate: fundingRate(listing, period),
    interestRate: 0.0001,
    nextFundingTime: (period + 1) * FUNDING_MS,
    time,
  }
}

/** A line through random knots every ten minutes. */
function basisAt(listing: Listing, time: number): number {
  const knot = Math.floor(time / KNOT_MS)
  const from = gaussian(listing.seed, knot, 21)
  return from + (gaussian(listing.seed, knot + 1, 21) - from) * ((time % KNOT_MS) / KNOT_MS)
}

/** Half of the periods pay the plain interest rate, as on the venue. */
function fundingRate(listing: Listing, period: number): number {
  if (uniform(listing.seed, period, 22) < 0.5) return 0.0001
  return Math.max(-0.003, Math.min(0.003, 0.0001 + 0.00015 * gaussian(listing.seed, period, 23)))
}
