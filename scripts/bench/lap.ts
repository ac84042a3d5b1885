import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '../../lib/model/errors.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { printTable, tellProgress, toPercent, toSeconds } from './report.ts'
import type { VenueStats } from './simulated-venue.ts'
import { withSystem } from './system.ts'
import type { System } from './system.ts'

/** Weight a minute and source address, as the venue and a strict simulator permit it. */
export const venueLimit = 2_400
const windowMs = 60_000
const pollWeight = 1

/** How long a symbol waits between two answers when everything runs on REST under the budget. */
export const lapBench: BenchDefinition = {
  name: 'lap',
  summary:
    'Gap between two answers per symbol, counted by the simulator, beside the bound that the budget sets.',
  options: [
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
    const { symbols, processes, addresses, windows, share } = {
      symbols: flagOf(flags, 'symbols'),
      processes: flagOf(flags, 'processes'),
      addresses: flagOf(flags, 'addresses'),
      windows: flagOf(flags, 'windows'),
      share: flagOf(flags, 'share'),
    }
    if (processes < addresses) {
      throw new ConfigError(`--processes must be at least --addresses (${addresses}), was ${processes}`)
    }
    const options = { symbols, processes, addresses, share, weightLimit: venueLimit, concurrency: 8 }
    return withSystem(options, signal, async (system) => {
      await system.untilAnswered()
      return measure(system, { symbols, processes, addresses, windows, share }, signal)
    })
  },
}

interface LapOptions {
  readonly symbols: number
  readonly processes: number
  readonly addresses: number
  readonly windows: number
  readonly share: number
}

async function measure({ venue }: System, options: LapOptions, signal: AbortSignal): Promise<Figures> {
  const { symbols, processes, addresses, windows, share } = options
  const warmUpMs = Math.random() * windowMs
  tellProgress(
    `every symbol was answered; measuring from a random second on, ${(warmUpMs / 1000).toFixed(0)} s from now`,
  )
  await sleep(warmUpMs, undefined, { signal })
  const since = Date.now()
  const { now } = await venue.readStats()
  const firstStart = Math.ceil(now / windowMs) * windowMs
  tellProgress(`measuring for ${((firstStart - now + windows * windowMs) / 1000).toFixed(0)} s`)
  await sleep(firstStart - now + windows * windowMs, undefined, { signal })

  const [gaps, stats] = await Promise.all([venue.readGaps(since), venue.readStats()])
  const weights = Array.from({ length: windows }, (_, i) => weightOf(stats, firstStart + i * windowMs))
  const permitted = Math.floor(venueLimit * share) * addresses
  const usedShare = weights.reduce((sum, weight) => sum + weight, 0) / (permitted * windows)
  const boundMs = (symbols * pollWeight * windowMs) / (addresses * venueLimit * share)
  const { p50: medianMs = NaN, p95: lapMs = NaN, max: maxMs = NaN } = gaps
  const of = Object.values(stats.addresses)
  const http429 = of.reduce((sum, address) => sum + address.http429 + address.http418, 0)
  const bound = `bound ${toSeconds(boundMs)}`
  const toBound = (ms: number) => `${bound}, ${toPercent(ms / boundMs)} of it`
  printTable([
    { figure: 'gap per symbol, median', measured: toSeconds(medianMs), beside: toBound(medianMs) },
    { figure: 'gap per symbol, p95', measured: toSeconds(lapMs), beside: toBound(lapMs) },
    { figure: 'gap per symbol, max', measured: toSeconds(maxMs), beside: toBound(maxMs) },
    {
      figure: 'gaps counted',
      measured: String(gaps.count),
      beside: `${gaps.missing.length} symbols without an answer`,
    },
    { figure: 'weight used', measured: toPercent(usedShare), beside: `of ${permitted} permitted a window` },
    { figure: 'weight per window', measured: weights.join(' '), beside: `of ${permitted}` },
    { figure: 'answers 429 and 418', measured: String(http429), beside: 'target 0' },
  ])
  return { symbols, addresses, processes, lapMs, boundMs, usedShare, http429, medianMs, maxMs }
}

/** Weight that all addresses used in the window that began at `start`. */
export function weightOf(stats: VenueStats, start: number): number {
  return Object.values(stats.addresses)
    .flatMap(({ windows }) => windows)
    .filter((window) => window.start === start)
    .reduce((sum, { weight }) => sum + weight, 0)
}
