import { intervals } from '../../core/intervals.ts'
import { readKline, type Kline } from '../../core/klines.ts'
import type { Listing } from '../../core/listing.ts'
import { formatUnits } from '../../core/units.ts'
import { intervalNames } from '../klines.ts'
import type { Feed } from './feed.ts'

const PUSH_MS = 1000

/** A candle once a second; when it closes, its last state and the first of the next in one message. */
export function toKlineFeed(find: () => Listing | undefined, asked: string): Feed | undefined {
  const name = Object.hasOwn(intervalNames, asked) ? intervalNames[asked]! : undefined
  if (name === undefined) return undefined
  const intervalMs = intervals[name]!
  let lastPush = -1
  let openTime = -1
  return (now) => {
    const listing = find()
    if (listing === undefined) return []
    // Symbols take turns, so that no moment has all of them.
    const push = Math.floor((now + (listing.seed % PUSH_MS)) / PUSH_MS)
    if (push === lastPush) return []
    lastPush = push
    const current = Math.floor(now / intervalMs) * intervalMs
    const shown = openTime !== -1 && current > openTime ? [openTime, current] : [current]
    openTime = current
    const data = shown.flatMap((time) => {
      const kline = readKline(listing, time, intervalMs, now)
      return kline === undefined ? [] : [toRow(listing, kline, asked, intervalMs, time !== current, now)]
    })
    return data.length === 0 ? [] : [{ type: 'snapshot', ts: now, data }]
  }
}

function toRow(
  listing: Listing,
  kline: Kline,
  interval: string,
  intervalMs: number,
  confirm: boolean,
  now: number,
) {
  const { priceDigits, quantityDigits } = listing
  const price = (ticks: number) => toShort(formatUnits(ticks, priceDigits))
  return {
    start: kline.openTime,
    end: kline.openTime + intervalMs - 1,
    interval,
    open: price(kline.open),
    close: price(kline.close),
    high: price(kline.high),
    low: price(kline.low),
    volume: toShort(formatUnits(kline.volume, quantityDigits)),
    turnover: toShort(kline.quoteVolume.toFixed(Math.min(8, priceDigits + quantityDigits))),
    confirm,
    timestamp: now,
  }
}

/** Recorded messages have no zeros at the end, unlike the REST rows. */
function toShort(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
