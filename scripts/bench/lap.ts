import { setTimeout as sleep } from 'node:timers/promises'
import { readLane } from '../../lib/market/lanes.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Line } from './bench.ts'
import type { BenchVenue } from './bench-venue.ts'
import { venueIn, venueOption } from './bench-venues.ts'
import { compareCandles } from './compare-candles.ts'
import { printTable, tellProgress, toCount, toPercent, toSeconds } from './report.ts'
import { limitErrorsIn } from './simulated-venue.ts'
import type { VenueStats } from './simulated-venue.ts'
import { withSystem } from './system.ts'
import type { System } from './system.ts'
import { binanceVenue } from './venue-binanceusdm.ts'

/** Weight a minute and source address, as Binance and a strict simulator permit it. */
export const venueLimit = binanceVenue.polls.limit
const windowMs = 60_000

/** How long a symbol waits between two answers when everything runs on REST under the budget. */
export const lapBench: BenchDefinition = {
  name: 'lap',
  summary:
    'Gap between two answers per symbol, counted by the simulator, beside the bound that the budget sets.',
  options: [
    venueOption(),
    numberOption('symbols', 'symbols in the lane', { fallback: 200, least: 1, most: 2_000 }),
    numberOption('processes', 'kline processes', { fallback: 1, least: 1, most: 32 }),
    numberOption('addresses', 'source addresses, 127.0.0.2 and on', { fallback: 1, least: 1, most: 32 }),
    numberOption('windows', 'whole minute windows to measure', { fallback: 3, least: 1, most: 9 }),
    numberOption('share', 'part of the budget to use', {
      fallback: 0.95,
      least: 0.01,
      most: 1,
      whole: false,
    }),
  ],
  async run(flags, signal) {
    const options = {
      speaks: venueIn(flags),
      symbols: flagOf(flags, 'symbols'),
      processes: flagOf(flags, 'processes'),
      addresses: flagOf(flags, 'addresses'),
      windows: flagOf(flags, 'windows'),
      share: flagOf(flags, 'share'),
    }
    const { processes, addresses } = options
    if (processes < addresses) {
      throw new ConfigError(`--processes must be at least --addresses (${addresses}), was ${processes}`)
    }
    const figures = await measureLap(options, signal)
    tell(figures, options)
    return toLine(figures)
  },
}

/** What is measured. */
export interface LapOptions {
  readonly speaks: BenchVenue
  readonly symbols: number
  readonly processes: number
  readonly addresses: number
  /** whole minutes */
  readonly windows: number
  /** part of each address's budget, 0 to 1 */
  readonly share: number
}

/** What a lap is like; ms are real ones. */
export interface LapFigures {
  readonly symbols: number
  readonly addresses: number
  readonly processes: number
  /** 95th percentile of the gaps between two answers of a symbol */
  readonly lapMs: number
  readonly boundMs: number
  /** of what was permitted */
  readonly usedShare: number
  readonly limitErrors: number
  readonly medianMs: number
  readonly maxMs: number
  readonly gaps: number
  /** symbols without an answer */
  readonly missing: number
  /** final candles in Redis, and those of them that the venue tells otherwise */
  readonly candles: number
  readonly candlesDiffering: number
  /** in each minute, where the venue counts by the minute */
  readonly weights: readonly number[]
}

/** Runs a system at a venue and measures it from a random second of the minute on. */
export function measureLap(options: LapOptions, signal: AbortSignal): Promise<LapFigures> {
  const system = { ...options, weightLimit: venueLimit, concurrency: 8 }
  return withSystem(system, signal, async (running) => {
    await running.untilAnswered()
    return measure(running, options, signal)
  })
}

async function measure(system: System, options: LapOptions, signal: AbortSignal): Promise<LapFigures> {
  const { venue } = system
  const { speaks, processes, addresses, windows, share } = options
  const warmUpMs = Math.random() * windowMs
  tellProgress(
    `every symbol was answered; measuring from a random second on, ${(warmUpMs / 1000).toFixed(0)} s from now`,
  )
  await sleep(warmUpMs, undefined, { signal })
  const since = Date.now()
  const before = await venue.readStats()
  const firstStart = Math.ceil(before.now / windowMs) * windowMs
  const spanMs = firstStart - before.now + windows * windowMs
  tellProgress(`measuring for ${(spanMs / 1000).toFixed(0)} s`)
  await sleep(spanMs, undefined, { signal })

  const [gaps, stats] = await Promise.all([venue.readGaps(since), venue.readStats()])
  const { compared, differing } = await compareCandles(system)
  // Beside those that were asked for a simulator lists a few that venues do not call a coin's, or no longer.
  const lane = await readLane(system.redis.hub, { venue: speaks.id, interval: '1m', name: 'all' })
  const { path, limit, windowMs: limitMs } = speaks.polls
  const permitted = Math.floor(limit * share) * addresses
  const polls = pollsIn(stats, path) - pollsIn(before, path)
  // A venue that counts by the minute tells what it has counted.
  const countsByMinute = limitMs === windowMs
  const weights = Array.from({ length: countsByMinute ? windows : 0 }, (_, i) =>
    weightOf(stats, firstStart + i * windowMs),
  )
  const { p50: medianMs = NaN, p95: lapMs = NaN, max: maxMs = NaN } = gaps
  return {
    symbols: lane.length,
    addresses,
    processes,
    lapMs,
    boundMs: boundOf(speaks, { ...options, symbols: lane.length }),
    usedShare: countsByMinute
      ? weights.reduce((sum, weight) => sum + weight, 0) / (permitted * windows)
      : polls / ((permitted * (stats.now - before.now)) / limitMs),
    limitErrors: limitErrorsIn(stats),
    medianMs,
    maxMs,
    gaps: gaps.count,
    missing: gaps.missing.length,
    candles: compared,
    candlesDiffering: differing,
    weights,
  }
}

/** Real ms that a lap takes at best when nothing but candles is asked for: what the venue permits sets it. */
export function boundOf(
  { polls: { limit, windowMs: limitMs } }: BenchVenue,
  { symbols, addresses, share }: Pick<LapOptions, 'symbols' | 'addresses' | 'share'>,
): number {
  return (symbols * limitMs) / (addresses * limit * share)
}

function tell(figures: LapFigures, { speaks, share, addresses }: LapOptions): void {
  const { boundMs, lapMs, medianMs, maxMs, gaps, missing, usedShare, weights } = figures
  const toBound = (ms: number) => `bound ${toSeconds(boundMs)}, ${toPercent(ms / boundMs)} of it`
  const { limit, windowMs: limitMs } = speaks.polls
  const permitted = Math.floor(limit * share) * addresses
  printTable([
    { figure: 'gap per symbol, median', measured: toSeconds(medianMs), beside: toBound(medianMs) },
    { figure: 'gap per symbol, p95', measured: toSeconds(lapMs), beside: `${toBound(lapMs)}; target 110 %` },
    { figure: 'gap per symbol, max', measured: toSeconds(maxMs), beside: toBound(maxMs) },
    { figure: 'gaps counted', measured: String(gaps), beside: `${missing} symbols without an answer` },
    {
      figure: 'used',
      measured: toPercent(usedShare),
      beside: `of ${permitted} permitted in ${limitMs / 1000} s`,
    },
    ...(weights.length === 0
      ? []
      : [{ figure: 'weight per window', measured: weights.join(' '), beside: `of ${permitted}` }]),
    { figure: 'refused by a limit', measured: String(figures.limitErrors), beside: 'target 0' },
    {
      figure: 'final candles that differ',
      measured: toCount(figures.candlesDiffering),
      beside: `of ${toCount(figures.candles)}, decimal for decimal; target 0`,
    },
  ])
}

function toLine({ weights, limitErrors: http429, ...figures }: LapFigures): Line {
  return { ...figures, http429, ...(weights.length === 0 ? {} : { weights: weights.join(' ') }) }
}

function pollsIn({ addresses }: VenueStats, path: string): number {
  return Object.values(addresses).reduce((sum, { byPath }) => sum + (byPath[path] ?? 0), 0)
}

/** Weight that all addresses used in the window that began at `start`. */
export function weightOf(stats: VenueStats, start: number): number {
  return Object.values(stats.addresses)
    .flatMap(({ windows }) => windows)
    .filter((window) => window.start === start)
    .reduce((sum, { weight }) => sum + weight, 0)
}
