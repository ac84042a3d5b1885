import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from './bench.ts'
import type { Row } from './report.ts'
import { slopeOf } from './statistics.ts'

/** What a process took of the machine's memory, in MB (10^6 bytes), at so many real ms from the beginning. */
export interface MemorySample {
  readonly atMs: number
  readonly rssMb: number
}

const minuteMs = 60_000
// The heap of a young process grows until its first large collections; that is no leak.
const settledAfterMs = 2 * minuteMs

/** Looks every `everyMs` for `forMs`; looks that find nothing are left out. */
export async function sampleMemory(
  look: () => Promise<number | undefined>,
  of: { everyMs: number; forMs: number },
  signal: AbortSignal,
): Promise<MemorySample[]> {
  const startedAt = Date.now()
  const samples: MemorySample[] = []
  while (Date.now() - startedAt < of.forMs) {
    const rssMb = await look()
    if (rssMb !== undefined && rssMb > 0) samples.push({ atMs: Date.now() - startedAt, rssMb })
    await sleep(of.everyMs, undefined, { signal })
  }
  return samples
}

/** What samples come to, as rows of a table and as figures. */
export function toMemoryReport(
  samples: readonly MemorySample[],
  of: { minutes: number; targetMb: number },
): { rows: Row[]; figures: Figures } {
  const { minutes, targetMb } = of
  const sizes = samples.map(({ rssMb }) => rssMb)
  const settled = samples.filter(({ atMs }) => atMs >= settledAfterMs)
  const rssFirstMb = sizes[0] ?? NaN
  const rssLastMb = sizes.at(-1) ?? NaN
  const rssMaxMb = Math.max(...sizes)
  const slopeMbPerMin = slopeOf(settled.map(({ atMs, rssMb }) => ({ x: atMs / minuteMs, y: rssMb })))
  const half = samples.filter(({ atMs }) => atMs >= (minutes * minuteMs) / 2)
  const halfSlopeMbPerMin = slopeOf(half.map(({ atMs, rssMb }) => ({ x: atMs / minuteMs, y: rssMb })))
  const minutesOf = byMinute(samples)
  const floors = minutesOf.map((sizesMb) => Math.min(...sizesMb))
  const settledFloors = floors.slice(settledAfterMs / minuteMs)
  const floorSlopeMbPerMin = slopeOf(settledFloors.map((rssMb, minute) => ({ x: minute, y: rssMb })))
  const target = `target at most ${targetMb} MB`
  const rows = [
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
    {
      figure: 'slope of the second half',
      measured: `${halfSlopeMbPerMin.toFixed(3)} MB/min`,
      beside: 'all samples, after the steps in which a heap grows to its size',
    },
    { figure: 'least by minute', measured: floors.join(' '), beside: 'MB' },
    {
      figure: 'most by minute',
      measured: minutesOf.map((sizesMb) => Math.max(...sizesMb)).join(' '),
      beside: 'MB',
    },
  ]
  return {
    rows,
    figures: {
      minutes,
      rssFirstMb,
      rssLastMb,
      rssMaxMb,
      slopeMbPerMin,
      floorSlopeMbPerMin,
      halfSlopeMbPerMin,
    },
  }
}

/** The sizes within each whole minute, in MB. */
function byMinute(samples: readonly MemorySample[]): number[][] {
  const minutes: number[][] = []
  for (const { atMs, rssMb } of samples) (minutes[Math.floor(atMs / minuteMs)] ??= []).push(rssMb)
  return minutes.filter((sizesMb) => sizesMb.length > 0)
}
