import { readBook } from '../core/book.ts'
import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import { fromUnits, least, type Fixed } from './fixed.ts'
import type { Side } from './order.ts'

export interface Take {
  readonly price: Fixed
  readonly quantity: Fixed
}

const DEPTHS = [20, 200, 1000]

/** What an order finds in the displayed book, best price first, no worse than `limit`; less than `quantity` when it is thin. */
export function takeBook(
  listing: Listing,
  side: Side,
  quantity: Fixed,
  limit: Fixed | undefined,
  now: number,
  clock: Clock,
): Take[] {
  for (const depth of DEPTHS) {
    const book = readBook(listing, depth, now, clock.offsetMs)
    if (book === undefined) return []
    const takes: Take[] = []
    let left = quantity
    let isLimited = false
    for (const [ticks, lots] of side === 'BUY' ? book.asks : book.bids) {
      const price = fromUnits(ticks, listing.priceDigits)
      isLimited = limit !== undefined && (side === 'BUY' ? price > limit : price < limit)
      if (left === 0n || isLimited) break
      const taken = least(left, fromUnits(lots, listing.quantityDigits))
      takes.push({ price, quantity: taken })
      left -= taken
    }
    if (left === 0n || isLimited || depth === DEPTHS.at(-1)) return takes
  }
  return []
}

/** The best price that an order of this side meets. */
export function readBest(listing: Listing, side: Side, now: number, clock: Clock): Fixed | undefined {
  const book = readBook(listing, 1, now, clock.offsetMs)
  return book && fromUnits(side === 'BUY' ? book.ask[0] : book.bid[0], listing.priceDigits)
}
