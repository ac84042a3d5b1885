import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval } from '../../lib/model/timeframe.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import type { BenchVenue } from './bench-venue.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { tellProgress } from './report.ts'
import { simulatedVenue } from './simulated-venue.ts'
import type { SimulatedVenue } from './simulated-venue.ts'
import { binanceVenue } from './venue-binanceusdm.ts'

/** What runs. */
export interface SystemOptions {
  /** whose wire the simulator speaks; Binance's unless told otherwise */
  readonly speaks?: BenchVenue
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
  /** mark processes, there too */
  readonly marks?: number
}

/** A whole system at work: a Redis, a simulated venue, a symbol-cursor and kline processes. */
export interface System {
  readonly redis: BenchRedis
  readonly speaks: BenchVenue
  readonly venue: SimulatedVenue
  /** the simulator first, then the actors */
  readonly children: readonly ChildProcess[]
  readonly klines: readonly ChildProcess[]
  /** resolves when every symbol was answered once */
  untilAnswered(): Promise<void>
}

const readyTimeoutMs = 20_000
const lookEveryMs = 100

/** Runs `use` on a system and ends every process of it, whatever happens; rejects when `signal` aborts. */
export function withSystem<T>(
  options: SystemOptions,
  signal: AbortSignal,
  use: (system: System) => Promise<T>,
): Promise<T> {
  return withSystems([options], signal, ([system]) => use(system as System))
}

/** The same of several systems on one Redis, each at a venue of its own. */
export async function withSystems<T>(
  all: readonly SystemOptions[],
  signal: AbortSignal,
  use: (systems: readonly System[]) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = []
  const redis = await startBenchRedis()
  try {
    const systems: System[] = []
    for (const options of all) systems.push(await startSystem(redis, options, children, signal))
    const interrupted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true })
    })
    return await Promise.race([use(systems), interrupted, ...children.map(({ failed }) => failed)])
  } finally {
    tellWarnings(children)
    // Fetchers before the venues, and Redis last, so that nobody complains of what is gone.
    const isVenue = ({ title }: ChildProcess) => title.startsWith('simulator')
    await Promise.all(children.filter((child) => !isVenue(child)).map((child) => child.stop()))
    await Promise.all(children.filter(isVenue).map((child) => child.stop()))
    await redis.stop()
  }
}

async function startSystem(
  redis: BenchRedis,
  options: SystemOptions,
  all: ChildProcess[],
  signal: AbortSignal,
): Promise<System> {
  const { symbols, weightLimit, concurrency, speaks = binanceVenue } = options
  const children: ChildProcess[] = []
  const start = (title: string, folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    signal.throwIfAborted()
    const program = { title: `${title}-${speaks.id}`, folder, args }
    const child = startChild(program, { ...redis.environment, ...more }, redis.folder)
    children.push(child)
    all.push(child)
    return child
  }
  tellProgress(
    `starting ${symbols} symbols of ${speaks.id}, ${options.processes} kline, ${options.addresses} source address(es)`,
  )
  const market = ['--symbols', String(symbols), '--weight-limit', String(weightLimit), '--venue', speaks.id]
  const simulator = start('simulator', 'simulator', ['--port', '0', '--log-level', 'silent', ...market])
  const venue = simulatedVenue(await readUrl(simulator, signal))
  const environment = {
    SLUICE_EXCHANGE: speaks.id,
    SLUICE_EXCHANGE_URL: venue.url,
    SLUICE_LOG_LEVEL: 'warn',
  }
  const { intervals = ['1m'], tickers = 0, marks = 0 } = options
  const cursorFlags = ['--intervals', intervals.join(','), ...addressFlags(options, 0)]
  start('symbol-cursor', 'actors/symbol-cursor', cursorFlags, environment)
  for (const [kind, count] of [
    ['ticker', tickers],
    ['mark', marks],
  ] as const) {
    for (let i = 1; i <= count; i++)
      start(`${kind}-${i}`, `actors/${kind}`, addressFlags(options, 0), environment)
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
  return { redis, speaks, venue, children, klines, untilAnswered }
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
