import type { Hub } from '../../lib/hub/hub.ts'
import { readVenueClock } from '../../lib/hub/venue-clock.ts'
import { toInterval } from '../../lib/model/timeframe.ts'

/** How far the lanes have come since a start. */
export interface Freshness {
  /** instruments that the venue lists */
  readonly instruments: number
  /** symbols of all lanes */
  readonly symbols: number
  /** those whose candles were asked for after the start */
  readonly fresh: number
}

/** Counts what was polled since `startedAt`, real ms. Every lane must hold a symbol before any of them counts. */
export async function readFreshness(hub: Hub, startedAt: number): Promise<Freshness> {
  const { redis, keys, config } = hub
  const venue = config.exchange
  const [clock, instruments] = await Promise.all([
    readVenueClock(hub, venue),
    redis.hlen(keys.instruments(venue)),
  ])
  // The venue's time at the start; what was polled when it was earlier is of an earlier run.
  const since = clock.now() - (Date.now() - startedAt) * clock.rate
  const lanes = await Promise.all(
    config.intervals.map(async (text) => {
      const interval = toInterval(text)
      const [symbols, polls] = await Promise.all([
        redis.lrange(keys.lane(venue, interval, 'all'), '0', '-1'),
        redis.hgetall(keys.polls(venue, interval)),
      ])
      return {
        symbols: symbols.length,
        fresh: symbols.filter((symbol) => Number(polls[symbol]) >= since).length,
      }
    }),
  )
  const complete = lanes.every(({ symbols }) => symbols > 0)
  const sum = (of: 'symbols' | 'fresh') => (complete ? lanes.reduce((total, lane) => total + lane[of], 0) : 0)
  return { instruments, symbols: sum('symbols'), fresh: sum('fresh') }
}
