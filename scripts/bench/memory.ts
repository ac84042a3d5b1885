import { setTimeout as sleep } from 'node:timers/promises'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { venueLimit } from './lap.ts'
import { printTable, tellProgress } from './report.ts'
import { slopeOf } from './statistics.ts'
import { withSystem } from './system.ts'
import type { System } from './system.ts'

const sampleEveryMs = 1_000
const minuteMs = 60_000
// The heap of a young process grows until its first large collections; that is no leak.
const settledAfterMs = 2 * minuteMs
const targetMb = 200

/** The memory of one kline process at full budget. */
export const memoryBench: BenchDefinition = {
  name: 'memory',
  summary: 'Resident memory of a kline process at full budget, and its slope after the first two minutes.',
  options: [
    numberOption('minutes', 'how long to watch', { fallback: 10, least: 3, most: 1_440 }),
    numberOption('symbols', 'symbols in the lane', { fallback: 200, least: 1, most: 2_000 }),
  ],
  async run(flags, signal) {
    const minutes = flagOf(flags, 'minutes')
    const symbols = flagOf(flags, 'symbols')
    const options = {
      symbols,
      processes: 1,
      addresses: 1,
      share: 0.95,
      weightLimit: venueLimit,
      concurrency: 8,
    }
    return withSystem(options, signal, async (system) => {
      await system.untilAnswered()
      tellProgress(`watching for ${minutes} minutes`)
      const samples = await watch(system, minutes * minuteMs, signal)
      const sizes = samples.map(({ rssMb }) => rssMb)
      const settled = samples.filter(({ atMs }) => atMs >= settledAfterMs)
      const rssFirstMb = sizes[0] ?? NaN
      const rssLastMb = sizes.at(-1) ?? NaN
      const rssMaxMb = Math.max(...sizes)
      const slopeMbPerMin = slopeOf(settled.map(({ atMs, rssMb }) => ({ x: atMs / minuteMs, y: rssMb })))
      const minutesOf = byMinute(samples)
      const floors = minutesOf.map((sizesMb) => Math.min(...sizesMb))
      const settledFloors = floors.slice(settledAfterMs / minuteMs)
      const floorSlopeMbPerMin = slopeOf(settledFloors.map((rssMb, minute) => ({ x: minute, y: rssMb })))
      const target = `target at most ${targetMb} MB`
      printTable([
        { figure: 'RSS at first', measured: `${rssFirstMb} MB`, beside: '' },
        { figure: `RSS after ${minutes} min`, measured: `${rssLastMb} MB`, beside: target },
        { figure: 'RSS at most', measured: `${rssMaxMb} MB`, beside: target },
        {
          figure: 'slope',
          measured: `${slopeMbPerMin.toFixed(3)} MB/min`,
          beside: 'all samples after 2 min; target none upward',
        },
        {
          figure: 'slope of the floor',
          measured: `${floorSlopeMbPerMin.toFixed(3)} MB/min`,
          beside: 'least of each minute after 2 min, which collections of garbage do not sway',
        },
        { figure: 'least by minute', measured: floors.join(' '), beside: 'MB' },
        {
          figure: 'most by minute',
          measured: minutesOf.map((sizesMb) => Math.max(...sizesMb)).join(' '),
          beside: 'MB',
        },
      ])
      return { minutes, rssFirstMb, rssLastMb, rssMaxMb, slopeMbPerMin, floorSlopeMbPerMin }
    })
  },
}

/** What the kline process said of its memory, in MB (10^6 bytes), and when, in real ms from now. */
async function watch(
  system: System,
  forMs: number,
  signal: AbortSignal,
): Promise<{ atMs: number; rssMb: number }[]> {
  const { redis, keys } = system.redis.hub
  const startedAt = Date.now()
  const samples: { atMs: number; rssMb: number }[] = []
  while (Date.now() - startedAt < forMs) {
    const actor = (await readLivingActors(redis, keys)).find(({ kind }) => kind === 'kline')
    const rssMb = Number(actor?.fields['rssMb'])
    if (rssMb > 0) samples.push({ atMs: Date.now() - startedAt, rssMb })
    await sleep(sampleEveryMs, undefined, { signal })
  }
  return samples
}

/** The sizes within each whole minute, in MB. */
function byMinute(samples: readonly { readonly atMs: number; readonly rssMb: number }[]): number[][] {
  const minutes: number[][] = []
  for (const { atMs, rssMb } of samples) (minutes[Math.floor(atMs / minuteMs)] ??= []).push(rssMb)
  return minutes.filter((sizesMb) => sizesMb.length > 0)
}
