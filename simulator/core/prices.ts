import { MINUTE_MS } from './candle.ts'
import { emptyGrown, type GrownCandle } from './growth.ts'
import { addCandle, growMinute } from './klines.ts'
import type { Listing } from './listing.ts'

const DAY_MINUTES = 1440
const scratch = emptyGrown()

/** The last traded price, in ticks, and when it was reached; undefined before the first candle. */
export function readPrice(listing: Listing, now: number): { price: number; time: number } | undefined {
  const current = Math.floor(now / MINUTE_MS)
  const minute = listing.source.lastAtOrBefore(current)
  if (minute === undefined || !growMinute(listing, minute, now, scratch)) return undefined
  return { price: scratch.close, time: Math.min(now, (minute + 1) * MINUTE_MS - 1) }
}

/** The last 24 hours up to `now`. */
export interface DayStats extends GrownCandle {
  /** start of the first minute counted, ms */
  readonly openTime: number
}

interface ClosedDay {
  readonly minute: number
  readonly whole: GrownCandle | undefined
}

// The 1,440 closed minutes change once a minute and cost 40 µs to add up: kept per symbol until then.
const closedDays = new WeakMap<Listing, ClosedDay>()

/** Undefined when the symbol has no candle in the last 24 hours. */
export function readDayStats(listing: Listing, now: number): DayStats | undefined {
  const minute = Math.floor(now / MINUTE_MS)
  let closed = closedDays.get(listing)
  if (closed?.minute !== minute) {
    closed = { minute, whole: addUp(listing, minute - DAY_MINUTES, minute, now) }
    closedDays.set(listing, closed)
  }
  const openTime = (minute - DAY_MINUTES) * MINUTE_MS
  if (!growMinute(listing, minute, now, scratch)) {
    return closed.whole === undefined ? undefined : { openTime, ...closed.whole }
  }
  if (closed.whole === undefined) return { openTime, ...scratch }
  const whole = { openTime, ...closed.whole }
  addCandle(whole, scratch)
  return whole
}

function addUp(listing: Listing, from: number, to: number, now: number): GrownCandle | undefined {
  let whole: GrownCandle | undefined
  for (let minute = from; minute < to; minute++) {
    if (!growMinute(listing, minute, now, scratch)) continue
    if (whole === undefined) whole = { ...scratch }
    else addCandle(whole, scratch)
  }
  return whole
}
