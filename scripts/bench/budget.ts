import { setTimeout as sleep } from 'node:timers/promises'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { Interval } from '../../lib/model/timeframe.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { venueLimit, weightOf } from './lap.ts'
import { printTable, tellProgress, toPercent, toSeconds } from './report.ts'
import { withSystem } from './system.ts'
import type { System } from './system.ts'

const intervals: readonly Interval[] = ['1m', '5m', '15m', '1h']
const share = 0.95
const windowMs = 60_000
// The rounds with which every lane begins take a minute.
const warmUpMs = 75_000

/** Candles of four intervals and tickers on one address: whether they use its budget, and keep to it. */
export const budgetBench: BenchDefinition = {
  name: 'budget',
  summary: 'Candles of 1m, 5m, 15m and 1h and tickers on one address: the weight used, and the lap of 1m.',
  options: [
    numberOption('symbols', 'symbols in each lane', { fallback: 200, least: 1, most: 500 }),
    numberOption('tickers', 'ticker processes', { fallback: 1, least: 0, most: 16 }),
    numberOption('windows', 'whole minute windows to measure', { fallback: 5, least: 1, most: 9 }),
  ],
  run(flags, signal) {
    const symbols = flagOf(flags, 'symbols')
    const tickers = flagOf(flags, 'tickers')
    const windows = flagOf(flags, 'windows')
    const one = { processes: 1, addresses: 1, share, weightLimit: venueLimit, concurrency: 8 }
    return withSystem({ ...one, symbols, intervals, tickers }, signal, async (system) => {
      await system.untilAnswered()
      await sleep(warmUpMs, undefined, { signal })
      const { now } = await system.venue.readStats()
      const firstStart = Math.ceil(now / windowMs) * windowMs
      tellProgress(`measuring ${windows} windows`)
      await sleep(firstStart - now, undefined, { signal })
      const since = Date.now()
      await sleep(windows * windowMs, undefined, { signal })
      return report(system, { symbols, tickers, windows, since, firstStart })
    })
  },
}

interface Measured {
  readonly symbols: number
  readonly tickers: number
  readonly windows: number
  readonly since: number
  readonly firstStart: number
}

async function report({ venue, redis }: System, of: Measured): Promise<Figures> {
  const { symbols, tickers, windows, since, firstStart } = of
  const elapsedMs = Date.now() - since
  const [gaps, stats, lanes] = await Promise.all([
    venue.readGaps(since),
    venue.readStats(),
    readLaneStatus(redis.hub, redis.hub.config.exchange),
  ])
  const permitted = Math.floor(venueLimit * share)
  const weights = Array.from({ length: windows }, (_, i) => weightOf(stats, firstStart + i * windowMs))
  const usedShare = weights.reduce((sum, weight) => sum + weight, 0) / (permitted * windows)
  const http429 = Object.values(stats.addresses).reduce((sum, each) => sum + each.http429 + each.http418, 0)
  const boundMs = lanes.find(({ lane }) => lane === '1m:all')?.boundMs ?? NaN
  const lapMs = (elapsedMs * symbols) / gaps.count
  const { p50: medianMs = NaN, p95: p95Ms = NaN } = gaps
  const beside = (ms: number) => `bound ${toSeconds(boundMs)}, ${toPercent(ms / boundMs)} of it`
  printTable([
    {
      figure: 'gap per symbol in 1m, mean',
      measured: toSeconds(lapMs),
      beside: `${beside(lapMs)}; target 110 %`,
    },
    { figure: 'gap per symbol in 1m, median', measured: toSeconds(medianMs), beside: beside(medianMs) },
    {
      figure: 'gap per symbol in 1m, p95',
      measured: toSeconds(p95Ms),
      beside: `${beside(p95Ms)}, rounds included; target 110 %`,
    },
    {
      figure: 'weight used',
      measured: toPercent(usedShare),
      beside: `of ${permitted} a window; target 93 %`,
    },
    { figure: 'weight per window', measured: weights.join(' '), beside: `of ${permitted}` },
    { figure: 'answers 429 and 418', measured: String(http429), beside: 'target 0' },
  ])
  return { symbols, tickers, lapMs, boundMs, medianMs, p95Ms, usedShare, http429 }
}
