import { setTimeout as sleep } from 'node:timers/promises'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { benchVenues } from './bench-venues.ts'
import { compareCandles } from './compare-candles.ts'
import { venueLimit } from './lap.ts'
import { readUsage } from './process-usage.ts'
import type { ProcessUsage } from './process-usage.ts'
import { printTable, tellProgress, toCount, toPercent, toSeconds } from './report.ts'
import type { Row } from './report.ts'
import { limitErrorsIn } from './simulated-venue.ts'
import { withSystems } from './system.ts'
import type { System } from './system.ts'

const share = 0.95
const minuteMs = 60_000
// The code of every process runs hot before anything is counted, in real ms.
const warmUpMs = 10_000

/** Three venues side by side in one Redis: whether each keeps its lap, and what every process uses. */
export const threeVenuesBench: BenchDefinition = {
  name: 'three-venues',
  summary: 'All venues at once in one Redis: the lap of each, and the processor and memory of every process.',
  options: [
    numberOption('symbols', 'symbols of each venue', { fallback: 200, least: 1, most: 1_000 }),
    numberOption('minutes', 'how long to measure', {
      fallback: 10,
      least: 0.5,
      most: 60,
      whole: false,
    }),
    numberOption('others', 'ticker and mark processes of each venue, of each kind', {
      fallback: 0,
      least: 0,
      most: 4,
    }),
  ],
  run(flags, signal) {
    const symbols = flagOf(flags, 'symbols')
    const minutes = flagOf(flags, 'minutes')
    const others = flagOf(flags, 'others')
    const all = benchVenues.map((speaks) => ({
      speaks,
      symbols,
      processes: 1,
      addresses: 1,
      share,
      weightLimit: venueLimit,
      concurrency: 8,
      tickers: others,
      marks: others,
    }))
    return withSystems(all, signal, async (systems) => {
      await Promise.all(systems.map((system) => system.untilAnswered()))
      await sleep(warmUpMs, undefined, { signal })
      tellProgress(`measuring for ${minutes} min`)
      const since = Date.now()
      const before = await readAll(systems)
      await sleep(minutes * minuteMs, undefined, { signal })
      const elapsedMs = Date.now() - since
      const laps = await Promise.all(systems.map((system) => readLap(system, since)))
      const used = toUses(before, await readAll(systems), elapsedMs)
      const venues: VenueFigures[] = []
      // What is read now costs as much as a minute of the venues: nothing of it is in the figures above.
      for (const [at, system] of systems.entries()) {
        const { compared, differing } = await compareCandles(system)
        venues.push({ ...(laps[at] as Lap), candles: compared, candlesDiffering: differing })
      }
      tell(venues, used)
      return [
        ...venues.map((each) => ({ minutes, ...each })),
        ...used.map(({ process, cpuShare, rssMb }) => ({ process, cpuShare, rssMb })),
      ]
    })
  },
}

interface Lap {
  readonly venue: string
  readonly symbols: number
  /** 95th percentile of the gaps, real ms */
  readonly lapMs: number
  /** as the lane's status tells it: what the other flows take of the limit is not in it */
  readonly boundMs: number
  readonly medianMs: number
  readonly maxMs: number
  readonly gaps: number
  readonly limitErrors: number
}

interface VenueFigures extends Lap {
  readonly candles: number
  readonly candlesDiffering: number
}

/** What a process used of one core over the span, and its memory at the end. */
interface Use {
  readonly process: string
  readonly cpuShare: number
  readonly rssMb: number
}

async function readLap({ speaks, venue, redis }: System, since: number): Promise<Lap> {
  const [gaps, stats, lanes] = await Promise.all([
    venue.readGaps(since),
    venue.readStats(),
    readLaneStatus(redis.hub, speaks.id),
  ])
  const lane = lanes.find((each) => each.lane === '1m:all')
  return {
    venue: speaks.id,
    symbols: lane?.symbols ?? 0,
    lapMs: gaps.p95 ?? NaN,
    boundMs: lane?.boundMs ?? NaN,
    medianMs: gaps.p50 ?? NaN,
    maxMs: gaps.max ?? NaN,
    gaps: gaps.count,
    limitErrors: limitErrorsIn(stats),
  }
}

async function readAll(systems: readonly System[]): Promise<Map<string, ProcessUsage>> {
  const { redis } = systems[0] as System
  const children = systems.flatMap((system) => system.children)
  const told = children.map(({ title, pid }) => [title, readUsage(pid)] as const)
  return new Map([['redis', readUsage(await redis.readPid())], ...told])
}

function toUses(
  before: ReadonlyMap<string, ProcessUsage>,
  after: ReadonlyMap<string, ProcessUsage>,
  elapsedMs: number,
): Use[] {
  return [...after].map(([process, { cpuMs, rssMb }]) => ({
    process,
    cpuShare: (cpuMs - (before.get(process)?.cpuMs ?? NaN)) / elapsedMs,
    rssMb,
  }))
}

function tell(venues: readonly VenueFigures[], used: readonly Use[]): void {
  const laps = venues.flatMap((each): Row[] => [
    {
      figure: `${each.venue}: gap per symbol, p95`,
      measured: toSeconds(each.lapMs),
      beside: `bound ${toSeconds(each.boundMs)}, ${toPercent(each.lapMs / each.boundMs)} of it; target 115 %`,
    },
    {
      figure: '  median, max',
      measured: `${toSeconds(each.medianMs)}, ${toSeconds(each.maxMs)}`,
      beside: `${toCount(each.gaps)} gaps`,
    },
    { figure: '  refused by a limit', measured: String(each.limitErrors), beside: 'target 0' },
    {
      figure: '  final candles that differ',
      measured: toCount(each.candlesDiffering),
      beside: `of ${toCount(each.candles)}; target 0`,
    },
  ])
  const uses = used.map(({ process, cpuShare, rssMb }) => ({
    figure: process,
    measured: `${toPercent(cpuShare)}, ${rssMb.toFixed(0)} MB`,
    beside: process === 'redis' ? 'target at most 50 % of a core' : '',
  }))
  const of = (which: (process: string) => boolean) =>
    used.filter(({ process }) => which(process)).reduce((sum, { cpuShare }) => sum + cpuShare, 0)
  const isSimulator = (process: string) => process.startsWith('simulator')
  printTable([
    ...laps,
    { figure: 'of one core, and memory:', measured: '', beside: '' },
    ...uses,
    { figure: 'simulators together', measured: toPercent(of(isSimulator)), beside: '' },
    {
      figure: 'all but simulators',
      measured: toPercent(of((process) => !isSimulator(process))),
      beside: '',
    },
  ])
}
