import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval } from '../../lib/model/timeframe.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { tellProgress } from './report.ts'
import { simulatedVenue } from './simulated-venue.ts'
import type { SimulatedVenue } from './simulated-venue.ts'

/** What runs. */
export interface SystemOptions {
  readonly symbols: number
  /** kline processes, dealt out to the addresses in turn */
  readonly processes: number
  /** source addresses; with one, requests leave by the system's own */
  readonly addresses: number
  /** part of each address's budget that is ours, 0 to 1 */
  readonly share: number
  /** weight a minute and address that the simulator permits */
  readonly weightLimit: number
  /** requests under way at once in one kline process */
  readonly concurrency: number
  /** 1m alone unless told otherwise */
  readonly intervals?: readonly Interval[]
  /** ticker processes, at the first address; none unless told otherwise */
  readonly tickers?: number
}

/** A whole system at work: a Redis, a simulated venue, a symbol-cursor and kline processes. */
export interface System {
  readonly redis: BenchRedis
  readonly venue: SimulatedVenue
  readonly klines: readonly ChildProcess[]
  /** resolves when every symbol was answered once */
  untilAnswered(): Promise<void>
}

const readyTimeoutMs = 20_000
const lookEveryMs = 100

/** Runs `use` on a system and ends every process of it, whatever happens; rejects when `signal` aborts. */
export async function withSystem<T>(
  options: SystemOptions,
  signal: AbortSignal,
  use: (system: System) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = []
  const redis = await startBenchRedis()
  const start = (title: string, folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    signal.throwIfAborted()
    const child = startChild({ title, folder, args }, { ...redis.environment, ...more }, redis.folder)
    children.push(child)
    return child
  }
  try {
    const { symbols, weightLimit, concurrency } = options
    tellProgress(
      `starting ${symbols} symbols, ${options.processes} kline, ${options.addresses} source address(es)`,
    )
    const market = ['--symbols', String(symbols), '--weight-limit', String(weightLimit)]
    const simulator = start('simulator', 'simulator', ['--port', '0', '--log-level', 'silent', ...market])
    const venue = simulatedVenue(await readUrl(simulator, signal))
    const environment = { SLUICE_EXCHANGE_URL: venue.url, SLUICE_LOG_LEVEL: 'warn' }
    const { intervals = ['1m'], tickers = 0 } = options
    const cursorFlags = ['--intervals', intervals.join(','), ...addressFlags(options, 0)]
    start('symbol-cursor', 'actors/symbol-cursor', cursorFlags, environment)
    for (let i = 1; i <= tickers; i++) {
      start(`ticker-${i}`, 'actors/ticker', addressFlags(options, 0), environment)
    }
    const klines = Array.from({ length: options.processes }, (_, i) => {
      const args = ['--concurrency', String(concurrency), ...addressFlags(options, i)]
      return start(`kline-${i + 1}`, 'actors/kline', args, environment)
    })
    const untilAnswered = async () => {
      // A symbol is missing from a fresh simulator's gaps until it was answered.
      for (let missing = Infinity; missing > 0; await sleep(lookEveryMs, undefined, { signal })) {
        missing = (await venue.readGaps(0)).missing.length
      }
    }
    const interrupted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true })
    })
    const work = use({ redis, venue, klines, untilAnswered })
    return await Promise.race([work, interrupted, ...children.map(({ failed }) => failed)])
  } finally {
    tellWarnings(children)
    // Fetchers before the venue, and Redis last, so that nobody complains of what is gone.
    await Promise.all(children.slice(1).map((child) => child.stop()))
    await children[0]?.stop()
    await redis.stop()
  }
}

function addressFlags({ addresses, share }: SystemOptions, process: number): string[] {
  const at = process % addresses
  const bound = addresses === 1 ? [] : ['--local-address', `127.0.0.${at + 2}`]
  return ['--share', String(share), '--address', `bench-${at + 1}`, ...bound]
}

/** Where a simulator that was just started listens. */
export async function readUrl(simulator: ChildProcess, signal: AbortSignal): Promise<string> {
  const stopAt = Date.now() + readyTimeoutMs
  while (Date.now() < stopAt) {
    const url = /^simulator ready (\S+)/m.exec(simulator.output())?.[1]
    if (url !== undefined) return url
    await Promise.race([sleep(lookEveryMs, undefined, { signal }), simulator.failed])
  }
  throw new Error(`the simulator was not ready after ${readyTimeoutMs} ms: ${simulator.output()}`)
}

function tellWarnings(children: readonly ChildProcess[]): void {
  for (const child of children) {
    const lines = child
      .output()
      .split('\n')
      .filter((line) => /"level":"(?:warn|error|fatal)"/.test(line))
    if (lines.length > 0)
      tellProgress(`${child.title} warned ${lines.length} times, first: ${lines[0]?.slice(0, 300)}`)
  }
}
