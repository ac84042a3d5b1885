import { MINUTE_MS, emptyCandle } from './candle.ts'
import { emptyGrown, growCandle, type GrownCandle } from './growth.ts'
import type { Listing } from './listing.ts'

/** A candle of any interval as it stands at some moment, in the units of GrownCandle. */
export interface Kline extends GrownCandle {
  /** ms since epoch */
  openTime: number
}

/** Which klines are asked for: open times from `from` to `to` inclusive, at most `limit`. All times in ms. */
export interface KlineRange {
  readonly intervalMs: number
  /** when intervals begin, after midnight UTC; 0 when absent */
  readonly offsetMs?: number
  readonly from: number | undefined
  readonly to: number | undefined
  readonly limit: number
}

const minuteScratch = emptyCandle()
const grownScratch = emptyGrown()

/**
 * The klines of a range as they stand at `now`, oldest first: from `from` on when it is given, else the latest ones.
 * Intervals in which nothing was recorded are left out.
 */
export function readKlines(listing: Listing, range: KlineRange, now: number): Kline[] {
  const { intervalMs, offsetMs = 0, limit } = range
  const earliest = listing.source.firstMinute * MINUTE_MS
  const begin = (time: number) => Math.floor((time - offsetMs) / intervalMs) * intervalMs + offsetMs
  const last = begin(Math.min(range.to ?? now, now))
  const first = begin(earliest)
  const klines: Kline[] = []
  if (range.from === undefined) {
    for (let openTime = last; openTime >= first && klines.length < limit; openTime -= intervalMs) {
      const kline = readKline(listing, openTime, intervalMs, now)
      if (kline !== undefined) klines.push(kline)
    }
    return klines.toReversed()
  }
  const start = Math.max(first, Math.ceil((range.from - offsetMs) / intervalMs) * intervalMs + offsetMs)
  for (let openTime = start; openTime <= last && klines.length < limit; openTime += intervalMs) {
    const kline = readKline(listing, openTime, intervalMs, now)
    if (kline !== undefined) klines.push(kline)
  }
  return klines
}

/** One kline as it stands at `now`; undefined when none of its minutes has a candle. */
export function readKline(
  listing: Listing,
  openTime: number,
  intervalMs: number,
  now: number,
): Kline | undefined {
  let kline: Kline | undefined
  const end = Math.min(openTime + intervalMs - 1, now)
  for (let time = openTime; time <= end; time += MINUTE_MS) {
    if (!growMinute(listing, time / MINUTE_MS, now, grownScratch)) continue
    if (kline === undefined) kline = { openTime, ...grownScratch }
    else addCandle(kline, grownScratch)
  }
  return kline
}

/** The candle of one minute as it stands at `now`, into `into`; false where there is none. */
export function growMinute(listing: Listing, minute: number, now: number, into: GrownCandle): boolean {
  if (!listing.source.read(minute, minuteScratch)) return false
  growCandle(minuteScratch, listing.seed, now - minute * MINUTE_MS, listing.lotValue, into)
  return true
}

/** Lets `whole` include the candle that follows it. */
export function addCandle(whole: GrownCandle, next: GrownCandle): void {
  whole.high = Math.max(whole.high, next.high)
  whole.low = Math.min(whole.low, next.low)
  whole.close = next.close
  whole.volume += next.volume
  whole.quoteVolume += next.quoteVolume
  whole.trades += next.trades
  whole.takerVolume += next.takerVolume
  whole.takerQuoteVolume += next.takerQuoteVolume
}
