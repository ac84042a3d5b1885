import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { blockingOptions } from '../../lib/hub/redis.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import type { BenchVenue } from './bench-venue.ts'
import { venueIn, venueOption } from './bench-venues.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { compareAccount } from './compare-account.ts'
import { printTable, tellProgress, toCount } from './report.ts'
import { simulatedAccount } from './simulated-account.ts'
import { limitErrorsIn, simulatedVenue } from './simulated-venue.ts'
import { percentile } from './statistics.ts'
import { readUrl } from './system.ts'

const sources = ['account', 'risk', 'stream'] as const
type Source = (typeof sources)[number]

const account = 'main'
const keys = { key: 'bench-key', secret: 'bench-secret', passphrase: 'bench-phrase' }
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
  options: [
    venueOption(),
    numberOption('fills', 'fills for each source', { fallback: 150, least: 10, most: 5_000 }),
  ],
  async run(flags, signal) {
    const figures = await measureAccount({ speaks: venueIn(flags), fills: flagOf(flags, 'fills') }, signal)
    tell(figures)
    return { ...figures }
  },
}

/** Latencies of each source in ms, and what in the end was not as the venue has it. */
export interface AccountFigures {
  readonly accountP50Ms: number
  readonly riskP50Ms: number
  readonly restP99Ms: number
  readonly streamP50Ms: number
  readonly streamP99Ms: number
  /** positions and wallets that differ from the venue's, after each source */
  readonly accountDifferences: number
  readonly accountLimitErrors: number
}

/** Fills orders at a venue, one source at a time, and looks when Redis knows of them and whether it is right in the end. */
export async function measureAccount(
  of: { readonly speaks: BenchVenue; readonly fills: number },
  signal: AbortSignal,
): Promise<AccountFigures> {
  const redis = await startBenchRedis()
  const children: ChildProcess[] = []
  try {
    // It speaks all venues, so that whoever trades in the account need not be of the measured one.
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
    let accountDifferences = 0
    for (const source of sources) {
      tellProgress(`${of.fills} fills at ${of.speaks.id}, by ${source} alone`)
      const found = await measure(redis, url, source, { ...of, children }, signal)
      latencies.set(source, found.latencies)
      accountDifferences += found.differences
    }
    const by = (source: Source) => latencies.get(source) ?? []
    return {
      accountP50Ms: percentile(by('account'), 0.5),
      riskP50Ms: percentile(by('risk'), 0.5),
      restP99Ms: percentile([...by('account'), ...by('risk')], 0.99),
      streamP50Ms: percentile(by('stream'), 0.5),
      streamP99Ms: percentile(by('stream'), 0.99),
      accountDifferences,
      accountLimitErrors: limitErrorsIn(await simulatedVenue(url).readStats()),
    }
  } finally {
    for (const child of children.toReversed()) await child.stop()
    await redis.stop()
  }
}

/** Latencies in ms, with one process that asks or listens to one source, at its own address and its whole budget. */
async function measure(
  redis: BenchRedis,
  url: string,
  source: Source,
  of: { speaks: BenchVenue; fills: number; children: ChildProcess[] },
  signal: AbortSignal,
): Promise<{ latencies: number[]; differences: number }> {
  const environment = {
    ...redis.environment,
    SLUICE_EXCHANGE: of.speaks.id,
    SLUICE_EXCHANGE_URL: url,
    SLUICE_LOG_LEVEL: 'warn',
    SLUICE_KEY_MAIN: keys.key,
    SLUICE_SECRET_MAIN: keys.secret,
    SLUICE_PASSPHRASE_MAIN: keys.passphrase,
  }
  const flags = ['--source', source, '--account', account, '--account-share', '1']
  const place = ['--address', `bench-${source}`, '--local-address', addresses[source]]
  const program = { title: source, folder: 'actors/position', args: [...flags, ...place] }
  const child = startChild(program, environment, redis.folder)
  of.children.push(child)
  const arrivals = await watchArrivals(redis, of.speaks.id)
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
    const differences = await compareAccount(redis.hub, url, {
      venue: of.speaks,
      account,
      key: keys.key,
      // The position endpoint tells no balances.
      wallets: source !== 'risk',
    })
    return { latencies, differences }
  } finally {
    arrivals.stop()
    await child.stop()
  }
}

/** When the position is told as it is from a venue time on. */
async function watchArrivals(
  redis: BenchRedis,
  venue: string,
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

function tell(figures: AccountFigures): void {
  const ms = (value: number) => `${value.toFixed(0)} ms`
  printTable([
    {
      figure: 'account, p50',
      measured: ms(figures.accountP50Ms),
      beside: 'at Binance: target 85 ms, period 132 ms',
    },
    {
      figure: 'risk, p50',
      measured: ms(figures.riskP50Ms),
      beside: 'at Binance: target 85 ms, period 132 ms',
    },
    { figure: 'both, p99', measured: ms(figures.restP99Ms), beside: '' },
    { figure: 'stream, p50', measured: ms(figures.streamP50Ms), beside: '' },
    { figure: 'stream, p99', measured: ms(figures.streamP99Ms), beside: 'target 20 ms' },
    {
      figure: 'records that differ',
      measured: toCount(figures.accountDifferences),
      beside: 'positions and wallets after each source; target 0',
    },
    { figure: 'refused by a limit', measured: toCount(figures.accountLimitErrors), beside: 'target 0' },
  ])
}
