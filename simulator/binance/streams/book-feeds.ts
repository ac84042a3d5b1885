import { readBook, readBookTop } from '../../core/book.ts'
import type { Clock } from '../../core/clock.ts'
import type { Listing } from '../../core/listing.ts'
import { formatUnits } from '../../core/units.ts'
import type { Feed } from './feed.ts'
import type { Event } from '../../streams/message.ts'

/** The best bid and ask each time they change. */
export function toBookFeed(find: () => Listing | undefined, clock: Clock): Feed {
  let lastId = 0
  return (now) => {
    const listing = find()
    const event = listing && toBookTickerEvent(listing, now, clock)
    if (event === undefined || event['u'] === lastId) return []
    lastId = event['u'] as number
    return [event]
  }
}

/** Undefined before the first trade. */
export function toBookTickerEvent(listing: Listing, now: number, clock: Clock): Event | undefined {
  const top = readBookTop(listing, now, clock.offsetMs)
  if (top === undefined) return undefined
  const [b, B] = toLevel(listing, top.bid)
  const [a, A] = toLevel(listing, top.ask)
  return { e: 'bookTicker', u: top.updateId, s: listing.symbol, b, B, a, A, T: top.time, E: now }
}

/** The best levels each time the book changes. */
export function toPartialBookFeed(find: () => Listing | undefined, clock: Clock, levels: number): Feed {
  let lastId = 0
  return (now) => {
    const listing = find()
    const book = listing && readBook(listing, levels, now, clock.offsetMs)
    if (listing === undefined || book === undefined || book.updateId === lastId) return []
    const pu = lastId
    lastId = book.updateId
    return [
      {
        e: 'depthUpdate',
        E: now,
        T: book.time,
        s: listing.symbol,
        U: pu + 1,
        u: book.updateId,
        pu,
        b: book.bids.map((level) => toLevel(listing, level)),
        a: book.asks.map((level) => toLevel(listing, level)),
      },
    ]
  }
}

function toLevel(listing: Listing, [price, quantity]: readonly [number, number]): [string, string] {
  return [formatUnits(price, listing.priceDigits), formatUnits(quantity, listing.quantityDigits)]
}
