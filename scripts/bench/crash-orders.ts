import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import { plainEnvironment } from './bench-redis.ts'
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
    numberOption('submits', 'distinct signals, each handed in by three traders', {
      fallback: 1_000,
      least: 100,
      most: 100_000,
    }),
    // The venue takes 1,200 orders in a minute of its clock.
    numberOption('rate', "how fast the venue's clock runs", { fallback: 4, least: 1, most: 10 }),
  ],
  async run(flags, signal) {
    setMaxListeners(0, signal)
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
    const args = ['--port', '0', '--log-level', 'silent', '--symbols', '40', '--weight-limit', '1000000000']
    const opened = ['--rate', String(flagOf(flags, 'rate')), '--account', 'one:first:USDT=1000000000']
    const simulator = startChild(
      { title: 'simulator', folder: 'simulator', args: [...args, ...opened] },
      plainEnvironment(),
      folder,
    )
    try {
      const url = await readUrl(simulator, signal)
      const submits = flagOf(flags, 'submits')
      const work = runCrashes({ url, submits, kills, redisEvery, tell: tellProgress, signal })
      return tell(await Promise.race([work, simulator.failed]))
    } finally {
      await simulator.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
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
