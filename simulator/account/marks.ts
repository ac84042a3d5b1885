import type { Listing } from '../core/listing.ts'
import { readPremium } from '../core/premium.ts'
import { readPrice } from '../core/prices.ts'
import { fromUnits, nearestFixed, type Fixed } from './fixed.ts'

const cached = new WeakMap<Listing, { readonly second: number; readonly mark: Fixed | undefined }>()

/** The mark price at `now` in the quote asset, the very figure that premiumIndex shows. */
export function readMark(listing: Listing, now: number): Fixed | undefined {
  const second = Math.floor(now / 1000)
  let found = cached.get(listing)
  if (found?.second !== second) {
    const premium = readPremium(listing, now)
    found = { second, mark: premium && nearestFixed(premium.markPrice) }
    cached.set(listing, found)
  }
  return found.mark
}

/** The rate paid at the end of the funding period that `now` is in; undefined for contracts without funding. */
export function readFundingRate(listing: Listing, now: number): Fixed | undefined {
  if (listing.contract === 'CURRENT_QUARTER') return undefined
  const premium = readPremium(listing, now)
  return premium && nearestFixed(premium.lastFundingRate)
}

/** The price that a trigger is measured by; undefined before the first trade. */
export function readWorking(
  listing: Listing,
  workingType: 'MARK_PRICE' | 'CONTRACT_PRICE',
  now: number,
): Fixed | undefined {
  if (workingType === 'MARK_PRICE') return readMark(listing, now)
  const last = readPrice(listing, now)
  return last && fromUnits(last.price, listing.priceDigits)
}
