import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { plainEnvironment } from './bench-redis.ts'
import type { BenchVenue } from './bench-venue.ts'
import { venueIn, venueOption } from './bench-venues.ts'
import { startChild } from './child-process.ts'
import { runCrashes } from './crash-run.ts'
import type { CrashFigures } from './crash-run.ts'
import { printTable, tellProgress, toCount, toSeconds } from './report.ts'
import { readUrl } from './system.ts'

// Chosen so that 10,000 submits see more than 500 kills, as many at each point as at another.
const kills = {
  'before claim': 0.005,
  'after claim': 0.005,
  'before create': 0.015,
  'before record': 0.02,
  'any instant': 0.005,
}
const redisEvery = 50

/** Whether an intent can ever become two orders, or none that anybody knows of, whoever is killed. */
export const crashOrdersBench: BenchDefinition = {
  name: 'crash-orders',
  summary: 'Three traders hand in the same signals and are killed all the while, with their Redis.',
  options: [
    venueOption(),
    numberOption('submits', 'distinct signals, each handed in by three traders', {
      fallback: 1_000,
      least: 100,
      most: 100_000,
    }),
    // Faster than real time the venue's waits shrink beside our own work: 30 s of its clock are then less than 30 s.
    numberOption('rate', "how fast the venue's clock runs", { fallback: 1, least: 1, most: 10 }),
  ],
  async run(flags, signal) {
    const of = {
      speaks: venueIn(flags),
      submits: flagOf(flags, 'submits'),
      rate: flagOf(flags, 'rate'),
    }
    return tell(await measureCrashes(of, signal))
  },
}

/** Runs a simulator of a venue and trades there in processes that are killed. */
export async function measureCrashes(
  of: { readonly speaks: BenchVenue; readonly submits: number; readonly rate: number },
  signal: AbortSignal,
): Promise<CrashFigures> {
  const { speaks, submits, rate } = of
  setMaxListeners(0, signal)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const args = ['--port', '0', '--log-level', 'silent', '--symbols', '40', '--weight-limit', '1000000000']
  const opened = ['--rate', String(rate), '--account', 'one:first:USDT=1000000000', '--venue', speaks.id]
  const simulator = startChild(
    { title: 'simulator', folder: 'simulator', args: [...args, ...opened] },
    plainEnvironment(),
    folder,
  )
  try {
    const url = await readUrl(simulator, signal)
    const work = runCrashes({ url, speaks, submits, kills, redisEvery, tell: tellProgress, signal })
    return await Promise.race([work, simulator.failed])
  } finally {
    await simulator.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function tell({ killsByPoint, ...figures }: CrashFigures): Figures {
  const points = Object.entries(killsByPoint).map(([point, count]) => `${count} ${point}`)
  printTable([
    { figure: 'duplicates', measured: toCount(figures.duplicates), beside: 'target 0' },
    { figure: 'lost', measured: toCount(figures.lost), beside: 'target 0' },
    {
      figure: 'not known after 30 s',
      measured: toCount(figures.unknownAfter30s),
      beside: `target 0; longest ${toSeconds(figures.longestUnknownMs)} of the venue's clock`,
    },
    { figure: 'fills that disagree', measured: toCount(figures.strayFills), beside: 'target 0' },
    { figure: 'kills', measured: toCount(figures.kills), beside: points.join(', ') },
    {
      figure: 'kills of Redis',
      measured: toCount(figures.redisKills),
      beside: `${toCount(figures.lostBytes)} bytes were lost with it`,
    },
    {
      figure: 'submits',
      measured: toCount(figures.submits),
      beside: `handed in ${toCount(figures.attempts)} times, ${toCount(figures.filled)} filled`,
    },
  ])
  return figures
}
