import type { Hub } from '../../lib/hub/hub.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import type { Kline } from '../../lib/model/kline.ts'
import { intervalsMs, openTimeAt } from '../../lib/model/timeframe.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { toPerpetual } from './instrument.ts'

/** Writes instruments, lanes and so many candles of every symbol and interval, up to now, as if they had been fetched. */
export async function writeGeneratedMarket(
  hub: Hub,
  venue: string,
  of: { symbols: number; intervals: readonly Interval[]; candles: number },
): Promise<void> {
  const symbols = Array.from({ length: of.symbols }, (_, index) => `S${index}USDT`)
  await writeInstruments(hub, venue, listInstruments(symbols.map(toPerpetual), new Map(), new Map()))
  const now = Math.trunc(hub.clock.now())
  for (const interval of of.intervals) {
    await hub.redis.rpush(hub.keys.lane(venue, interval, 'all'), ...symbols)
    const last = openTimeAt(now, interval)
    for (const [index, symbol] of symbols.entries()) {
      const klines = Array.from({ length: of.candles }, (_, at): Kline => {
        const openTime = last - (of.candles - 1 - at) * intervalsMs[interval]
        const open = 100 + index + (at % 17) / 10
        const prices = {
          open: `${open.toFixed(4)}1`,
          high: `${open + 1}`,
          low: `${open - 1}`,
          close: `${(open + 0.5).toFixed(4)}1`,
        }
        const isLast = at === of.candles - 1
        const ends = isLast
          ? { class: 0 as const, time: now }
          : { class: 2 as const, time: openTime + intervalsMs[interval] }
        return { openTime, ...prices, volume: `${1000 + at}.125`, ...ends, source: 'rest' }
      })
      await mergeKlines(hub, { venue, interval }, [{ symbol, index, polledAt: now, klines }])
    }
  }
}
