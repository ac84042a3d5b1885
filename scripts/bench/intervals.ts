import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval } from '../../lib/model/timeframe.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { venueLimit } from './lap.ts'
import { printTable, tellProgress, toPercent, toSeconds } from './report.ts'
import type { Row } from './report.ts'
import { withSystem } from './system.ts'
import type { System } from './system.ts'

const added: readonly Interval[] = ['15m', '1h']
const share = 0.95
const minuteMs = 60_000
// The rounds with which every lane begins take half a minute.
const warmUpMs = 60_000

/** What 15m and 1h cost the 1m lane, beside a system with 1m alone in the same run. */
export const intervalsBench: BenchDefinition = {
  name: 'intervals',
  summary: 'What 15m and 1h cost the lap of 1m, beside a second system with 1m alone at the same time.',
  options: [
    numberOption('symbols', 'symbols in each lane', { fallback: 200, least: 1, most: 500 }),
    numberOption('minutes', 'how long to measure', { fallback: 15, least: 1, most: 40 }),
  ],
  run(flags, signal) {
    const symbols = flagOf(flags, 'symbols')
    const minutes = flagOf(flags, 'minutes')
    const options = { symbols, processes: 1, addresses: 1, share, weightLimit: venueLimit, concurrency: 8 }
    const longer = { ...options, intervals: ['1m' as const, ...added] }
    return withSystem(options, signal, (alone) =>
      withSystem(longer, signal, async (both) => {
        await Promise.all([alone.untilAnswered(), both.untilAnswered()])
        await sleep(warmUpMs, undefined, { signal })
        tellProgress(`measuring for ${minutes} min`)
        const since = Date.now()
        await sleep(minutes * minuteMs, undefined, { signal })
        return report(await readLaps(alone, symbols, since), await readLaps(both, symbols, since), symbols)
      }),
    )
  },
}

interface Laps {
  readonly meanMs: number
  readonly p95Ms: number
  readonly maxMs: number
  readonly http429: number
}

async function readLaps({ venue }: System, symbols: number, since: number): Promise<Laps> {
  const elapsedMs = Date.now() - since
  const [gaps, stats] = await Promise.all([venue.readGaps(since), venue.readStats()])
  const addresses = Object.values(stats.addresses)
  return {
    meanMs: (elapsedMs * symbols) / gaps.count,
    p95Ms: gaps.p95 ?? NaN,
    maxMs: gaps.max ?? NaN,
    http429: addresses.reduce((sum, { http429, http418 }) => sum + http429 + http418, 0),
  }
}

function report(alone: Laps, both: Laps, symbols: number): Figures {
  const row = (figure: string, withMs: number, aloneMs: number, target: string): Row => ({
    figure,
    measured: toSeconds(withMs),
    beside: `${toSeconds(aloneMs)} alone, ${toPercent(withMs / aloneMs - 1)} more${target}`,
  })
  const target = '; target less than 10 %'
  const http429 = alone.http429 + both.http429
  printTable([
    row('gap per symbol in 1m, mean', both.meanMs, alone.meanMs, target),
    row('gap per symbol in 1m, p95', both.p95Ms, alone.p95Ms, target),
    row('gap per symbol in 1m, max', both.maxMs, alone.maxMs, ', during a round'),
    { figure: 'answers 429 and 418', measured: String(http429), beside: 'target 0' },
  ])
  return {
    symbols,
    meanMs: both.meanMs,
    meanAloneMs: alone.meanMs,
    p95Ms: both.p95Ms,
    p95AloneMs: alone.p95Ms,
    meanCost: both.meanMs / alone.meanMs - 1,
    p95Cost: both.p95Ms / alone.p95Ms - 1,
    http429,
  }
}
