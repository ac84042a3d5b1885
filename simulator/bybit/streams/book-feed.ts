import { readBookTop } from '../../core/book.ts'
import type { Clock } from '../../core/clock.ts'
import type { Listing } from '../../core/listing.ts'
import { formatUnits } from '../../core/units.ts'
import { toSymbol } from '../symbols.ts'
import type { Feed, TopicMessage } from './feed.ts'

/** a top that does not change is told again */
const AGAIN_MS = 3000

/** The best bid and ask, always whole: whenever they change, and every 3 s. */
export function toBookFeed(find: () => Listing | undefined, clock: Clock): Feed {
  let toldId = -1
  let toldAt = 0
  return (now) => {
    const listing = find()
    const top = listing && readBookTop(listing, now, clock.offsetMs)
    if (listing === undefined || top === undefined) return []
    if (top.updateId === toldId && now - toldAt < AGAIN_MS) return []
    toldId = top.updateId
    toldAt = now
    const level = ([price, quantity]: readonly [number, number]) => [
      formatUnits(price, listing.priceDigits),
      formatUnits(quantity, listing.quantityDigits),
    ]
    const data = {
      s: toSymbol(listing),
      b: [level(top.bid)],
      a: [level(top.ask)],
      u: top.updateId,
      seq: top.updateId,
    }
    const message: TopicMessage & { cts: number } = { type: 'snapshot', ts: now, data, cts: top.time }
    return [message]
  }
}
