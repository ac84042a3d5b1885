import { MINUTE_MS, emptyCandle } from './candle.ts'
import { SETTLED_MS, emptyGrown, shareAt, toWalk, type GrownCandle, type Walk } from './growth.ts'
import { growMinute } from './klines.ts'
import type { Listing } from './listing.ts'

/** Which side of a price is meant: strictly under it or strictly over it. */
export type Beyond = 'under' | 'over'

const scratch = emptyCandle()
const grown = emptyGrown()

/**
 * Whole lots traded strictly beyond `price` (ticks) after `from` and up to `to` (ms). The lots of consecutive spans add
 * up to the lots of the whole, so that it does not matter how often somebody looks.
 */
export function readLotsBeyond(
  listing: Listing,
  from: number,
  to: number,
  price: number,
  beyond: Beyond,
): number {
  let lots = 0
  forEachMinute(listing, from, to, (walk, volume, elapsedFrom, elapsedTo) => {
    const upTo = (elapsedMs: number) =>
      // The legs' shares add up to 1 but for the float's last digits.
      Math.floor(volume * shareBeyond(walk, toShare(walk, elapsedMs), price, beyond) + 1e-6)
    lots += upTo(elapsedTo) - upTo(elapsedFrom)
  })
  return lots
}

/** Lowest and highest price traded after `from` and up to `to`, in ticks; undefined when nothing was. */
export function readRange(
  listing: Listing,
  from: number,
  to: number,
): { low: number; high: number } | undefined {
  let range: { low: number; high: number } | undefined
  forEachMinute(listing, from, to, (walk, volume, elapsedFrom, elapsedTo, minute) => {
    const [shareFrom, shareTo] = [toShare(walk, elapsedFrom), toShare(walk, elapsedTo)]
    if (volume === 0 || shareTo === shareFrom) return
    const before = readGrown(listing, minute, elapsedFrom).close
    const after = readGrown(listing, minute, elapsedTo).close
    let [low, high] = [Math.min(before, after), Math.max(before, after)]
    for (const [share, price] of [
      [walk.share1, walk.first],
      [walk.share2, walk.second],
    ] as const) {
      if (share <= shareFrom || share > shareTo) continue
      low = Math.min(low, price)
      high = Math.max(high, price)
    }
    range = {
      low: Math.min(low, range?.low ?? low),
      high: Math.max(high, range?.high ?? high),
    }
  })
  return range
}

function forEachMinute(
  listing: Listing,
  from: number,
  to: number,
  visit: (walk: Walk, volume: number, elapsedFrom: number, elapsedTo: number, minute: number) => void,
): void {
  for (let minute = Math.floor(from / MINUTE_MS); minute * MINUTE_MS < to; minute++) {
    if (!listing.source.read(minute, scratch)) continue
    const openTime = minute * MINUTE_MS
    const elapsedFrom = Math.max(0, from - openTime)
    visit(
      toWalk(scratch, listing.seed),
      scratch.volume,
      elapsedFrom,
      Math.min(MINUTE_MS, to - openTime),
      minute,
    )
  }
}

function readGrown(listing: Listing, minute: number, elapsedMs: number): GrownCandle {
  growMinute(listing, minute, minute * MINUTE_MS + elapsedMs, grown)
  return grown
}

function toShare(walk: Walk, elapsedMs: number): number {
  return shareAt(walk, elapsedMs / (MINUTE_MS - SETTLED_MS))
}

/** Share of the minute's volume that was traded beyond `price` when `share` of it had been traded. */
function shareBeyond(walk: Walk, share: number, price: number, beyond: Beyond): number {
  const { open, first, second, close, share1, share2 } = walk
  return (
    legBeyond(open, first, share1, share, price, beyond) +
    legBeyond(first, second, share2 - share1, share - share1, price, beyond) +
    legBeyond(second, close, 1 - share2, share - share2, price, beyond)
  )
}

/** Of a straight leg of `length`, `walked` of it so far, the part beyond the price. */
function legBeyond(
  start: number,
  end: number,
  length: number,
  walked: number,
  price: number,
  beyond: Beyond,
): number {
  if (walked <= 0 || length <= 0) return 0
  const [from, to, limit] = beyond === 'under' ? [start, end, price] : [-start, -end, -price]
  // Prices are rounded in the direction of the walk: on the way up the last price beyond is one tick earlier.
  const edge = to > from ? limit - 1 : limit
  const done = Math.min(walked, length)
  if (to === from) return from < limit ? done : 0
  const crossing = Math.max(0, Math.min(1, (edge - from) / (to - from))) * length
  return to > from ? Math.min(done, crossing) : Math.max(0, done - crossing)
}
