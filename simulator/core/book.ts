import type { Listing } from './listing.ts'
import { readPrice } from './prices.ts'
import { hash, uniform } from './random.ts'

/** One price step of the book: price in ticks, quantity in lots. */
export type Level = readonly [price: number, quantity: number]

/** The best bid and ask as they have stood since `time`. */
export interface BookTop {
  readonly bid: Level
  readonly ask: Level
  /** ms, when this state began */
  readonly time: number
  /** rises with every state, over all symbols */
  readonly updateId: number
}

/**
 * The top of the book at `now`, changed last at the symbol's latest book step. `offsetMs` is how far `now` is off the
 * clock that never steps back: the update id is made from that one.
 */
export function readBookTop(listing: Listing, now: number, offsetMs: number): BookTop | undefined {
  const step = Math.floor((now - offsetMs) / listing.bookStepMs)
  const stepTime = step * listing.bookStepMs + offsetMs
  const last = readPrice(listing, stepTime)
  if (last === undefined) return undefined
  const sellerPaid = (hash(listing.seed, step, 11) & 1) === 1
  const bid = Math.max(1, sellerPaid ? last.price : last.price - listing.spreadTicks)
  return {
    bid: [bid, quantityAt(listing, step, 0)],
    ask: [bid + listing.spreadTicks, quantityAt(listing, step, 1)],
    time: last.time,
    // 16 ids a ms: ids of symbols with different steps stay in the order of time.
    updateId: (stepTime - offsetMs) * 16 + (listing.seed & 15),
  }
}

export interface Book extends BookTop {
  /** best first */
  readonly bids: Level[]
  readonly asks: Level[]
}

/** At most `levels` levels a side, the first of each equal to the top. */
export function readBook(listing: Listing, levels: number, now: number, offsetMs: number): Book | undefined {
  const top = readBookTop(listing, now, offsetMs)
  if (top === undefined) return undefined
  const step = Math.floor((now - offsetMs) / listing.bookStepMs)
  const bids: Level[] = [top.bid]
  const asks: Level[] = [top.ask]
  let bid = top.bid[0]
  let ask = top.ask[0]
  for (let i = 1; i < levels; i++) {
    // A level's distance and size belong to its price, so that deep levels stay put while the top moves.
    bid -= 1 + (hash(listing.seed, bid, 12) % 3)
    ask += 1 + (hash(listing.seed, ask, 12) % 3)
    if (bid > 0) bids.push([bid, quantityAt(listing, step, bid)])
    asks.push([ask, quantityAt(listing, step, ask)])
  }
  return { ...top, bids, asks }
}

/** Lots: worth about 500 to 50,000 of the quote asset, and never none. */
function quantityAt(listing: Listing, step: number, place: number): number {
  const value = 500 * 100 ** uniform(listing.seed, step ^ place, 13)
  return Math.max(1, Math.round((value / listing.referencePrice) * 10 ** listing.quantityDigits))
}
