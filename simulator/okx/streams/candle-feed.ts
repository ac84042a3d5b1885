import { readKline } from '../../core/klines.ts'
import { openTimeOf, toRow, type Bar } from '../candles.ts'
import type { Instrument } from '../instruments.ts'
import type { Feed } from './feed.ts'

const PUSH_MS = 1000

/** A candle once a second; when it has closed, its last state first, in a message of its own. */
export function toCandleFeed(find: () => Instrument | undefined, bar: Bar): Feed {
  let lastPush = -1
  let openTime = -1
  return (now) => {
    const instrument = find()
    if (instrument === undefined) return []
    // Instruments take turns, so that no moment has all of them.
    const push = Math.floor((now + (instrument.listing.seed % PUSH_MS)) / PUSH_MS)
    if (push === lastPush) return []
    lastPush = push
    const current = openTimeOf(bar, now)
    const shown = openTime !== -1 && current > openTime ? [openTime, current] : [current]
    openTime = current
    return shown.flatMap((time) => {
      const kline = readKline(instrument.listing, time, bar.intervalMs, now)
      return kline === undefined ? [] : [[toRow(instrument, kline, bar.intervalMs, now)]]
    })
  }
}
