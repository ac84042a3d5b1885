import { MINUTE_MS } from '../core/candle.ts'
import { intervals } from '../core/intervals.ts'
import { readKlines } from '../core/klines.ts'
import type { Listing } from '../core/listing.ts'
import { formatUnits } from '../core/units.ts'
import type { World } from '../http/world.ts'
import { RequestProblem } from './request-problem.ts'

const MOST_CANDLES = 20_000

type Row = [openTime: number, open: string, high: string, low: string, close: string, volume: string]

/** Final candles of a symbol straight from the market, oldest first, at most 20,000. */
export function toTruth({ market, clock }: World, query: URLSearchParams): Row[] {
  const listing = market.listings.get(query.get('symbol') ?? '')
  if (listing === undefined)
    throw new RequestProblem(`expected a listed symbol, found "${query.get('symbol')}"`)
  const interval = query.get('interval') ?? '1m'
  const intervalMs = Object.hasOwn(intervals, interval) ? intervals[interval] : undefined
  if (intervalMs === undefined) {
    throw new RequestProblem(`expected interval ${Object.keys(intervals).join(', ')}, found "${interval}"`)
  }
  const now = clock.now()
  const lastClosed = Math.floor(now / intervalMs) * intervalMs - 1
  const to = Math.min(readTime(query, 'endTime') ?? lastClosed, lastClosed)
  const range = { intervalMs, from: readTime(query, 'startTime'), to, limit: MOST_CANDLES }
  const price = (ticks: number) => formatUnits(ticks, listing.priceDigits)
  return readKlines(listing, range, now).map(({ openTime, open, high, low, close, volume }) => [
    openTime,
    price(open),
    price(high),
    price(low),
    price(close),
    formatUnits(volume, listing.quantityDigits),
  ])
}

/** Gaps between the answered polls of each symbol. */
export function toGaps({ gaps, market }: World, query: URLSearchParams) {
  const interval = query.get('interval') ?? '1m'
  const since = readTime(query, 'since') ?? 0
  const expected = [...market.listings.values()].filter((each) => each.plain && each.status === 'TRADING')
  const now = Date.now()
  const symbols = expected.map((each) => each.symbol)
  return { interval, since, now, ...gaps.summarize(interval, since, symbols, now) }
}

/** Where the candles come from: which recorded minute is shown when, and which symbols are copies. */
export function toMarket({ market }: World) {
  const reel = market.reel && {
    recordedFrom: market.reel.recordedFrom * MINUTE_MS,
    minutes: market.reel.length,
    /** ms to add to a recorded time in the first round */
    shiftMs: (market.reel.baseMinute - market.reel.recordedFrom) * MINUTE_MS,
  }
  return {
    source: reel === undefined ? 'synthetic' : 'replay',
    reel,
    symbols: [...market.listings.values()].map(toRow),
  }
}

function toRow({ symbol, plain, status, copyOf }: Listing) {
  return { symbol, plain, status, copyOf }
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^\d{1,16}$/.test(text))
    throw new RequestProblem(`expected ${name} in ms since epoch, found "${text}"`)
  return Number(text)
}
