import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { blockingOptions } from '../../lib/hub/redis.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { printTable, tellProgress } from './report.ts'
import { simulatedAccount } from './simulated-account.ts'
import { percentile } from './statistics.ts'
import { readUrl } from './system.ts'

const sources = ['account', 'risk', 'stream'] as const
type Source = (typeof sources)[number]

const account = 'main'
const venue = 'binanceusdm'
const keys = { key: 'bench-key', secret: 'bench-secret' }
const symbol = 'BTCUSDT'
// A position that stays: what a snapshot lacks is asked for before it is flat, and not within 2 s of the last change.
const held = '0.05'
const quantity = '0.01'
const addresses: Readonly<Record<Source, string>> = {
  account: '127.0.0.2',
  risk: '127.0.0.3',
  stream: '127.0.0.4',
}

// Real ms. Longer than a poll's period, so that fills come at any moment of it.
const leastPauseMs = 150
const spreadMs = 250
const arrivesWithinMs = 5_000
const readyWithinMs = 20_000

/** How soon a fill on the venue is in Redis, by each source of an account alone. */
export const accountBench: BenchDefinition = {
  name: 'account',
  summary: 'From a fill on the venue to the position in Redis, by each source of the account alone.',
  options: [numberOption('fills', 'fills for each source', { fallback: 150, least: 10, most: 5_000 })],
  async run(flags, signal) {
    const fills = flagOf(flags, 'fills')
    const redis = await startBenchRedis()
    const children: ChildProcess[] = []
    try {
      const args = ['--port', '0', '--symbols', '20', '--log-level', 'silent']
      const spare = ['--account', `${keys.key}:${keys.secret}:USDT=1000000`]
      const simulator = startChild(
        { title: 'simulator', folder: 'simulator', args: [...args, ...spare] },
        redis.environment,
        redis.folder,
      )
      children.push(simulator)
      const url = await readUrl(simulator, signal)
      const latencies = new Map<Source, number[]>()
      for (const source of sources) {
        tellProgress(`${fills} fills, by ${source} alone`)
        latencies.set(source, await measure(redis, url, source, { fills, children }, signal))
      }
      return tell(latencies)
    } finally {
      for (const child of children.toReversed()) await child.stop()
      await redis.stop()
    }
  },
}

/** Latencies in ms, with one process that asks or listens to one source, at its own address and its whole budget. */
async function measure(
  redis: BenchRedis,
  url: string,
  source: Source,
  of: { fills: number; children: ChildProcess[] },
  signal: AbortSignal,
): Promise<number[]> {
  const environment = {
    ...redis.environment,
    SLUICE_EXCHANGE_URL: url,
    SLUICE_LOG_LEVEL: 'warn',
    SLUICE_KEY_MAIN: keys.key,
    SLUICE_SECRET_MAIN: keys.secret,
  }
  const flags = ['--source', source, '--account', account, '--account-share', '1']
  const place = ['--address', `bench-${source}`, '--local-address', addresses[source]]
  const program = { title: source, folder: 'actors/position', args: [...flags, ...place] }
  const child = startChild(program, environment, redis.folder)
  of.children.push(child)
  const arrivals = await watchArrivals(redis)
  try {
    await Promise.race([untilHeard(redis, source, signal), child.failed])
    const trading = simulatedAccount(url, keys, Date.now)
    await arrivals.first(await trading.trade(symbol, 'BUY', held))
    const latencies: number[] = []
    for (let i = 0; i < of.fills; i++) {
      await sleep(leastPauseMs + Math.random() * spreadMs, undefined, { signal })
      // At rate 1 the simulator's clock is this machine's.
      const filledAt = await trading.trade(symbol, i % 2 === 0 ? 'BUY' : 'SELL', quantity)
      const arrived = arrivals.first(filledAt)
      latencies.push((await Promise.race([arrived, child.failed])) - filledAt)
    }
    return latencies
  } finally {
    arrivals.stop()
    await child.stop()
  }
}

/** When the position is told as it is from a venue time on. */
async function watchArrivals(
  redis: BenchRedis,
): Promise<{ first(time: number): Promise<number>; stop(): void }> {
  const { hub } = redis
  const reader = new Redis(blockingOptions(hub.endpoint, 'bench-arrivals'))
  let latest = { time: 0, at: 0 }
  let onArrival = () => {}
  reader.on('message', (_channel: string, text: string) => {
    const at = Date.now()
    const { positions = {} } = JSON.parse(text) as { positions?: Record<string, { time: number }> }
    const time = Math.max(0, ...Object.values(positions).map((position) => position.time))
    if (time <= latest.time) return
    latest = { time, at }
    onArrival()
  })
  await reader.subscribe(hub.keys.accountFeed(venue, account))
  return {
    async first(time) {
      const late = Date.now() + arrivesWithinMs
      while (latest.time < time) {
        const arrived = new Promise<void>((resolve) => (onArrival = resolve))
        await Promise.race([arrived, sleep(arrivesWithinMs, undefined, { ref: false })])
        if (Date.now() > late) throw new Error(`a fill was not in Redis after ${arrivesWithinMs} ms`)
      }
      return latest.at
    },
    stop: () => reader.disconnect(),
  }
}

async function untilHeard({ hub }: BenchRedis, source: Source, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs
  while (Date.now() < giveUpAt) {
    const actors = await readLivingActors(hub.redis, hub.keys)
    const fields = actors.find((each) => each.fields['sources'] === source)?.fields
    if (source === 'stream' ? fields?.['connected'] === '1' : Number(fields?.[`${source}At`]) > 0) return
    await sleep(100, undefined, { signal })
  }
  throw new Error(`the ${source} was not heard within ${readyWithinMs} ms`)
}

function tell(latencies: ReadonlyMap<Source, number[]>): Record<string, number> {
  const of = (source: Source) => latencies.get(source) ?? []
  const figures = {
    accountP50Ms: percentile(of('account'), 0.5),
    riskP50Ms: percentile(of('risk'), 0.5),
    restP99Ms: percentile([...of('account'), ...of('risk')], 0.99),
    streamP50Ms: percentile(of('stream'), 0.5),
    streamP99Ms: percentile(of('stream'), 0.99),
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`
  printTable([
    { figure: 'account, p50', measured: ms(figures.accountP50Ms), beside: 'target 85 ms, period 132 ms' },
    { figure: 'risk, p50', measured: ms(figures.riskP50Ms), beside: 'target 85 ms, period 132 ms' },
    { figure: 'both, p99', measured: ms(figures.restP99Ms), beside: '' },
    { figure: 'stream, p50', measured: ms(figures.streamP50Ms), beside: '' },
    { figure: 'stream, p99', measured: ms(figures.streamP99Ms), beside: 'target 20 ms' },
  ])
  return figures
}
