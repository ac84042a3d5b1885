import { readKlines } from '../../lib/market/klines.ts'
import { readLane } from '../../lib/market/lanes.ts'
import { toDecimal } from '../../lib/model/decimal.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { tellProgress } from './report.ts'
import type { System } from './system.ts'

/** Final candles of a lane beside the venue's own. */
export interface CandleDifferences {
  readonly compared: number
  /** of another value, or absent between a symbol's first candle and its last final one */
  readonly differing: number
}

const shown = 3
const mostCandles = 5_000

/** Holds every final candle in Redis against the simulator's, decimal for decimal. */
export async function compareCandles(
  { redis: { hub }, venue, speaks }: System,
  interval: Interval = '1m',
): Promise<CandleDifferences> {
  const series = { venue: speaks.id, interval }
  const differences: string[] = []
  let compared = 0
  for (const symbol of await readLane(hub, { ...series, name: 'all' })) {
    const stored = await readKlines(hub, series, symbol, mostCandles)
    const finals = stored.filter((kline) => kline.class === 2)
    const last = finals.at(-1)?.openTime ?? -Infinity
    const told = await venue.readCandles(speaks.marketName(symbol), stored[0]?.openTime ?? Infinity, interval)
    const truth = new Map(told.map(([openTime, ...rest]) => [openTime, rest.map(toDecimal).join(' ')]))
    for (const { openTime, open, high, low, close, volume } of finals) {
      compared += 1
      const found = [open, high, low, close, volume].join(' ')
      const wanted = truth.get(openTime)
      if (found !== wanted)
        differences.push(`${symbol} ${openTime}: expected ${wanted ?? 'none'}, found ${found}`)
      truth.delete(openTime)
    }
    for (const openTime of truth.keys())
      if (openTime <= last) differences.push(`${symbol} ${openTime}: absent`)
  }
  for (const each of differences.slice(0, shown)) tellProgress(`${speaks.id} differs: ${each}`)
  return { compared, differing: differences.length }
}
