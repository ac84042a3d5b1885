import { readKline, type Kline } from '../../core/klines.ts'
import type { Listing } from '../../core/listing.ts'
import { formatUnits } from '../../core/units.ts'
import type { Feed } from './feed.ts'
import type { Event } from '../../streams/message.ts'

const PUSH_MS = 250

/** A candle as it grows, every 250 ms when it changed, and its last state once it is closed. */
export function toKlineFeed(find: () => Listing | undefined, interval: string, intervalMs: number): Feed {
  let lastPush = -1
  let openTime = -1
  let told = ''
  return (now) => {
    const listing = find()
    if (listing === undefined) return []
    // Symbols take turns, so that no moment has all of them.
    const push = Math.floor((now + (listing.seed % PUSH_MS)) / PUSH_MS)
    const current = Math.floor(now / intervalMs) * intervalMs
    const events: Event[] = []
    if (openTime !== -1 && current > openTime) {
      const closed = readKline(listing, openTime, intervalMs, now)
      if (closed !== undefined) events.push(toEvent(listing, closed, interval, intervalMs, true, now))
    }
    openTime = current
    if (push === lastPush) return events
    lastPush = push
    const kline = readKline(listing, current, intervalMs, now)
    const state = kline === undefined ? '' : `${kline.openTime} ${kline.volume}`
    if (kline === undefined || kline.volume === 0 || state === told) return events
    told = state
    events.push(toEvent(listing, kline, interval, intervalMs, false, now))
    return events
  }
}

function toEvent(
  listing: Listing,
  kline: Kline,
  interval: string,
  intervalMs: number,
  isClosed: boolean,
  now: number,
): Event {
  const { priceDigits, quantityDigits } = listing
  const price = (ticks: number) => formatUnits(ticks, priceDigits)
  const valueDigits = Math.min(8, priceDigits + quantityDigits)
  // Trades have no lasting numbers here: as many as there were, counted on from the minute.
  const first = Math.floor(kline.openTime / 60_000) * 100_000
  return {
    e: 'kline',
    E: now,
    s: listing.symbol,
    k: {
      t: kline.openTime,
      T: kline.openTime + intervalMs - 1,
      s: listing.symbol,
      i: interval,
      f: first,
      L: first + Math.max(0, kline.trades - 1),
      o: price(kline.open),
      c: price(kline.close),
      h: price(kline.high),
      l: price(kline.low),
      v: formatUnits(kline.volume, quantityDigits),
      n: kline.trades,
      x: isClosed,
      q: kline.quoteVolume.toFixed(valueDigits),
      V: formatUnits(kline.takerVolume, quantityDigits),
      Q: kline.takerQuoteVolume.toFixed(valueDigits),
      B: '0',
    },
  }
}
