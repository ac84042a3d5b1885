import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { intervals } from '../../lib/model/timeframe.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import type { Figures } from './bench.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { keepMarketMoving, writeGeneratedMarket } from './generated-market.ts'
import type { MarketSize } from './generated-market.ts'
import { sampleMemory, toMemoryReport } from './memory-samples.ts'
import { printTable, tellProgress } from './report.ts'

const venue = 'binanceusdm'
const minuteMs = 60_000
const sampleEveryMs = 1_000
const loadSampleEveryMs = 50
const longestLoadMs = 60_000
const candles = 500
const pollsPerS = 38
const peakTargetMb = 400
const targetMb = 300

/** The resident memory of a trader while it loads a market of four intervals, and while that market moves on. */
export async function measureTrader(
  of: { symbols: number; minutes: number },
  signal: AbortSignal,
): Promise<Figures> {
  const { symbols, minutes } = of
  const size: MarketSize = { symbols, intervals: intervals.slice(0, 4), candles }
  const redis = await startBenchRedis()
  const stops: (() => Promise<void>)[] = [() => redis.stop()]
  try {
    tellProgress(`writing ${symbols} symbols, ${size.intervals.join(', ')}, ${candles} candles each`)
    await writeGeneratedMarket(redis.hub, venue, size)
    stops.push(keepMarketMoving(redis.hub, venue, size, pollsPerS))
    const trader = startTrader(redis, size)
    stops.push(() => trader.stop())
    const loading = await watchLoad(redis, trader, signal)
    tellProgress(`complete after ${loading.tookMs} ms; watching for ${minutes} minutes`)
    const watch = sampleMemory(
      () => residentMb(trader.pid),
      { everyMs: sampleEveryMs, forMs: minutes * minuteMs },
      signal,
    )
    const { rows, figures } = toMemoryReport(await Promise.race([watch, trader.failed]), {
      minutes,
      targetMb,
    })
    const { peakMb, tookMs } = loading
    printTable([
      {
        figure: 'RSS at most while loading',
        measured: `${peakMb} MB`,
        beside: `complete in ${tookMs} ms; target at most ${peakTargetMb} MB`,
      },
      ...rows,
    ])
    return {
      symbols,
      intervals: size.intervals.length,
      candles,
      loadMs: tookMs,
      loadPeakMb: peakMb,
      ...figures,
    }
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

function startTrader(redis: BenchRedis, size: MarketSize): ChildProcess {
  const strategy = join(redis.folder, 'strategy.mjs')
  // What most do at a change: look at the last candles of each interval.
  writeFileSync(
    strategy,
    `let falls = 0
export const strategy = { name: 'reading', intervals: ${JSON.stringify(size.intervals)}, onChange({ ledger }, slot) {
  for (const interval of this.intervals) {
    const rings = ledger.candles(interval)
    const closes = rings.view(rings.close, slot)
    if (closes.at(-1) < closes[0]) falls += 1
  }
} }
`,
  )
  const args = ['--strategy', strategy, '--log-level', 'warn']
  return startChild({ title: 'trader', folder: 'actors/trader', args }, redis.environment, redis.folder)
}

/** Until the trader says that it is complete: how long that took from its start, and the most that it took of memory. */
async function watchLoad(
  { hub }: BenchRedis,
  trader: ChildProcess,
  signal: AbortSignal,
): Promise<{ tookMs: number; peakMb: number }> {
  const startedAt = Date.now()
  let peakMb = 0
  while (Date.now() - startedAt < longestLoadMs) {
    peakMb = Math.max(peakMb, (await residentMb(trader.pid)) ?? 0)
    const actors = await readLivingActors(hub.redis, hub.keys)
    const beat = actors.find(({ kind }) => kind === 'trader')
    if (beat?.fields['complete'] === '1' && beat.fields['missing'] === '0') {
      return { tookMs: Date.now() - startedAt, peakMb }
    }
    await Promise.race([sleep(loadSampleEveryMs, undefined, { signal }), trader.failed])
  }
  throw new Error(`the trader was not complete after ${longestLoadMs} ms: ${trader.output()}`)
}

const run = promisify(execFile)

async function residentMb(pid: number): Promise<number | undefined> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  const kib = Number(stdout)
  return kib > 0 ? Math.round((kib * 1024) / 1e5) / 10 : undefined
}
