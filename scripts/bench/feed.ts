import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Hub } from '../../lib/hub/hub.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition, Figures } from './bench.ts'
import type { FeedReaderFigures, FeedReaderOrder } from './feed-reader.ts'
import { listSymbols } from './generated-market.ts'
import { printTable, tellProgress, toPercent } from './report.ts'
import type { Row } from './report.ts'

const venue = 'binanceusdm'
const minuteMs = 60_000
// What has not come after so long does not come any more.
const lostAfterMs = 5_000

interface Reader {
  readonly child: ChildProcess
  /** counts anew from now on */
  begin(): Promise<void>
  ask(): Promise<FeedReaderFigures>
}

interface Case {
  readonly symbols: number
  readonly readers: number
  readonly updatesPerS: number
}

const cases: readonly Case[] = [
  { symbols: 200, readers: 1, updatesPerS: 1_000 },
  { symbols: 200, readers: 1, updatesPerS: 10_000 },
  { symbols: 500, readers: 1, updatesPerS: 1_000 },
  { symbols: 500, readers: 1, updatesPerS: 10_000 },
  { symbols: 500, readers: 5, updatesPerS: 10_000 },
]

/** From a writer's merge call to a strategy's eyes in other processes. */
export const feedBench: BenchDefinition = {
  name: 'feed',
  summary: 'Latency of the feed from the merge call to the strategy in another process, with its cost.',
  options: [numberOption('seconds', 'how long each case is measured', { fallback: 10, least: 1, most: 600 })],
  async run(flags, signal) {
    const rows: Row[] = []
    const lines: Figures[] = []
    for (const one of cases) {
      tellProgress(`${one.symbols} symbols, ${one.readers} readers, ${one.updatesPerS} updates/s`)
      const redis = await startBenchRedis()
      try {
        const figures = await measure(redis, one, flagOf(flags, 'seconds'), signal)
        lines.push(figures)
        const { p50Ms, p99Ms, lost, readerCpu, redisCpu } = figures
        rows.push({
          figure: `${one.symbols} symbols, ${one.updatesPerS}/s, ${one.readers} readers`,
          measured: `p50 ${p50Ms?.toFixed(2)} p99 ${p99Ms?.toFixed(2)} ms`,
          beside: `lost ${lost}; a reader ${toPercent(readerCpu ?? 0)} and Redis ${toPercent(redisCpu ?? 0)} of a core`,
        })
      } finally {
        await redis.stop()
      }
    }
    printTable([
      ...rows,
      {
        figure: 'targets',
        measured: 'p50 1 p99 5 ms',
        beside: 'p99 10 ms with 5 readers; 30 % and 40 % of a core at 10,000/s',
      },
    ])
    return lines
  },
}

async function measure(redis: BenchRedis, one: Case, seconds: number, signal: AbortSignal): Promise<Figures> {
  const { hub } = redis
  const symbols = Array.from({ length: one.symbols }, (_, i) => `S${i}USDT`)
  await listSymbols(hub, venue, symbols, ['1m'])
  const readers = await Promise.all(Array.from({ length: one.readers }, () => startReader(redis)))
  try {
    const before = await write(hub, symbols, one.updatesPerS, 2, signal)
    // What is still under way would be counted to what follows.
    await untilTaken(readers, before, signal)
    for (const reader of readers) await reader.begin()
    const cpuBefore = await redis.readCpuSeconds()
    const begunAt = performance.now()
    const written = await write(hub, symbols, one.updatesPerS, seconds, signal)
    const took = (performance.now() - begunAt) / 1000
    const redisCpu = (await redis.readCpuSeconds()) - cpuBefore
    const told = await untilTaken(readers, written, signal)
    const worst = (of: (figures: FeedReaderFigures) => number) => Math.max(...told.map(of))
    return {
      ...one,
      p50Ms: worst(({ p50Ms }) => p50Ms),
      p99Ms: worst(({ p99Ms }) => p99Ms),
      lost: worst(({ changes }) => written - changes),
      readerCpu: worst(({ cpuSeconds }) => cpuSeconds) / took,
      redisCpu: redisCpu / took,
    }
  } finally {
    for (const reader of readers) reader.child.kill()
  }
}

/** Writes the live candles of the symbols in turn, gathered for a ms at a time; gives how many updates were written. */
async function write(
  hub: Hub,
  symbols: readonly string[],
  perSecond: number,
  seconds: number,
  signal: AbortSignal,
): Promise<number> {
  const begunAt = performance.now()
  const underWay = new Set<Promise<unknown>>()
  let written = 0
  for (;;) {
    signal.throwIfAborted()
    const passed = performance.now() - begunAt
    if (passed >= seconds * 1000) break
    const due = Math.min(symbols.length, Math.floor((passed / 1000) * perSecond) - written)
    if (due > 0) {
      const openTime = Date.now() - (Date.now() % minuteMs)
      const told = Array.from({ length: due }, (_, i) => {
        const index = (written + i) % symbols.length
        // The volume is the moment of the call in µs on the clock that all processes of a machine share: it only rises.
        const volume = String(process.hrtime.bigint() / 1000n)
        const prices = { open: '100', high: '101', low: '99', close: '100.5' }
        const kline = { openTime, ...prices, volume, class: 0 as const, time: Date.now(), source: 'stream' }
        return { symbol: symbols[index] as string, index, polledAt: undefined, klines: [kline] }
      })
      written += due
      const merge = mergeKlines(hub, { venue, interval: '1m' }, told).finally(() => underWay.delete(merge))
      underWay.add(merge)
    }
    await sleep(1)
  }
  await Promise.all(underWay)
  return written
}

/** What the readers tell once each has taken in so many changes; in the end what they tell, whatever they lack. */
async function untilTaken(
  readers: readonly Reader[],
  changes: number,
  signal: AbortSignal,
): Promise<FeedReaderFigures[]> {
  const giveUpAt = Date.now() + lostAfterMs
  for (;;) {
    await sleep(50, undefined, { signal })
    const told = await Promise.all(readers.map((reader) => reader.ask()))
    if (told.every((each) => each.changes >= changes) || Date.now() > giveUpAt) return told
  }
}

async function startReader(redis: BenchRedis): Promise<Reader> {
  const program = fileURLToPath(new URL('./feed-reader.js', import.meta.url))
  const order: FeedReaderOrder = {
    endpoint: redis.hub.endpoint,
    venue,
    namespace: redis.hub.config.namespace,
  }
  const child = fork(program, [JSON.stringify(order)], { env: redis.environment })
  await next(child)
  const say = (message: string) => {
    const answer = next(child)
    child.send(message)
    return answer
  }
  return {
    child,
    begin: async () => void (await say('begin')),
    ask: async () => (await say('tell')) as FeedReaderFigures,
  }
}

function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`a reader ended with code ${code}`))
    child.once('exit', fail)
    child.once('message', (message) => {
      child.off('exit', fail)
      resolve(message)
    })
  })
}
