import { setTimeout as sleep } from 'node:timers/promises'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { readAccountSight } from '../../lib/orders/account-sight.ts'
import { handIntent, openIntentQueue } from '../../lib/orders/intent-queue.ts'
import { readMarketSight } from '../../lib/orders/judge-intent.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { watchEmptyJobs } from './job-latencies.ts'
import { benchSymbol, measureWalks, pauseMs } from './measure-walks.ts'
import type { Walks } from './measure-walks.ts'
import { printTable, tellProgress, toCount } from './report.ts'
import { simulatedVenue } from './simulated-venue.ts'
import type { SimulatedVenue } from './simulated-venue.ts'
import { percentile } from './statistics.ts'
import { readUrl } from './system.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const keys = { key: 'demo', secret: 'demo' }
// The income is read in a part of the minute, and may have to wait for the next.
const readyWithinMs = 90_000
// Market data fresh enough to trade by, and no more: the fetchers need not have the cores to themselves. From an address
// of its own, because what the account asks after each trade takes most of one.
const symbols = 3
const marketShare = 0.3
const market = {
  SLUICE_ADDRESS: 'market',
  SLUICE_LOCAL_ADDRESS: '127.0.0.2',
  SLUICE_SHARE: String(marketShare),
  // Else marks would come every 17 s, and 15 are the most that an order is held against.
  SLUICE_MARK_SHARE: '0.2',
}

/** From an intent to the venue, through the queue and from inside the process. */
export const orderPathBench: BenchDefinition = {
  name: 'order-path',
  summary: 'From an intent to the venue: through the queue to the order actor, and from within the process.',
  options: [numberOption('intents', 'intents for each way', { fallback: 300, least: 20, most: 20_000 })],
  async run(flags, signal) {
    const intents = flagOf(flags, 'intents')
    const redis = await startBenchRedis()
    const children: ChildProcess[] = []
    const synced = await openSyncedWrites(redis)
    try {
      const url = await startSystem(redis, children, signal)
      const venue = simulatedVenue(url)
      await untilReady(redis, signal)
      const empty = watchEmptyJobs(redis.hub, 1_000 / pauseMs)
      const failed = children.map((child) => child.failed)
      const by = { intents, signal, between: () => synced.write() }
      tellProgress(`${intents} intents through the queue`)
      const queued = await Promise.race([measureQueue(redis, venue, by), ...failed])
      const emptyMs = [...empty.addToStartMs]
      await empty.stop()
      tellProgress(`${intents} intents from within the process`)
      const direct = await Promise.race([measureDirect(redis, venue, by), ...failed])
      return tell({ queued, direct, emptyMs, syncedMs: synced.latencies })
    } finally {
      synced.close()
      for (const child of children.toReversed()) await child.stop()
      await redis.stop()
    }
  },
}

async function startSystem(
  redis: BenchRedis,
  children: ChildProcess[],
  signal: AbortSignal,
): Promise<string> {
  const start = (title: string, folder: string, args: string[], environment: NodeJS.ProcessEnv) => {
    const child = startChild({ title, folder, args }, environment, redis.folder)
    children.push(child)
    return child
  }
  const wanted = ['--port', '0', '--symbols', String(symbols), '--log-level', 'silent']
  const url = await readUrl(start('simulator', 'simulator', wanted, redis.environment), signal)
  const environment = {
    ...redis.environment,
    SLUICE_EXCHANGE_URL: url,
    SLUICE_LOG_LEVEL: 'error',
    SLUICE_KEY_MAIN: keys.key,
    SLUICE_SECRET_MAIN: keys.secret,
  }
  for (const kind of ['symbol-cursor', 'kline', 'ticker', 'mark'])
    start(kind, `actors/${kind}`, [], { ...environment, ...market })
  start('position', 'actors/position', ['--account', of.account], environment)
  for (const kind of ['order', 'risk'])
    start(kind, `actors/${kind}`, ['--account', of.account, '--live'], environment)
  await writeTradingState(redis.hub, of, 'active', 'a benchmark')
  // Begun long ago: nothing is looked up at the venue first.
  await redis.hub.redis.set(redis.hub.keys.tradingEpoch(of.venue, of.account), 1)
  return url
}

async function untilReady({ hub }: BenchRedis, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs
  const instruments = await followInstruments(hub, of.venue)
  for (;;) {
    const sight = await readAccountSight(hub, of, instruments)
    const polled = await hub.redis.hget(hub.keys.polls(of.venue, '1m'), benchSymbol)
    const known = [sight.incomeAt, sight.equity, sight.maintenance, sight.riskBeatAgeMs, sight.orderBeatAgeMs]
    const isReady = sight.problem === undefined && polled !== null && !known.includes(undefined)
    const { ask } = await readMarketSight({ hub, venue: of.venue }, benchSymbol)
    if (isReady && ask !== undefined && sight.marks.has(benchSymbol)) break
    if (Date.now() > giveUpAt) throw new Error(`nothing could be traded within ${readyWithinMs} ms`)
    await sleep(200, undefined, { signal })
  }
  instruments.stop()
}

async function measureQueue(
  redis: BenchRedis,
  venue: SimulatedVenue,
  by: Omit<Parameters<typeof measureWalks>[1], 'name'>,
): Promise<Walks> {
  const queue = openIntentQueue(redis.hub, of)
  try {
    return await measureWalks({ hub: redis.hub, of, venue }, { ...by, name: 'queue' }, (intent) =>
      handIntent(queue, intent),
    )
  } finally {
    await queue.close()
  }
}

async function measureDirect(
  redis: BenchRedis,
  venue: SimulatedVenue,
  by: Omit<Parameters<typeof measureWalks>[1], 'name'>,
): Promise<Walks> {
  const { hub } = redis
  const egress = openEgress(hub, of.venue)
  const options = {
    url: venue.url,
    localAddress: '',
    proxy: '',
    gate: egress.gate,
    account: of.account,
    keys: closeKeys(keys.key, keys.secret),
    clock: hub.clock,
  }
  const exchange = await openOrderExchange(of.venue, options)
  const sentAt = Date.now()
  hub.clock.correct(await egress.call('orders', () => exchange.fetchTime()), sentAt, Date.now())
  const desk = await openOrderDesk(hub, of, { exchange, egress })
  try {
    return await measureWalks({ hub, of, venue }, { ...by, name: 'direct' }, (intent) => desk.submit(intent))
  } finally {
    await desk.stop()
    await exchange.close()
  }
}

/** Writes of which each is on Redis's disk when it is answered, and the ms that they took. */
async function openSyncedWrites({ hub }: BenchRedis) {
  const durability = await openDurability(hub)
  const latencies: number[] = []
  return {
    latencies,
    async write(): Promise<void> {
      const begin = performance.now()
      await durability.write(() => hub.redis.set('bench:synced', String(latencies.length)))
      latencies.push(performance.now() - begin)
    },
    close: () => durability.close(),
  }
}

function tell(measured: {
  readonly queued: Walks
  readonly direct: Walks
  readonly emptyMs: number[]
  readonly syncedMs: number[]
}): Record<string, number> {
  const { queued, direct, emptyMs, syncedMs } = measured
  const spreads = {
    queue: toSpread(queued.arrivedMs),
    direct: toSpread(direct.arrivedMs),
    queueFilled: toSpread(queued.filledMs),
    directFilled: toSpread(direct.filledMs),
    emptyJob: toSpread(emptyMs),
    syncedWrite: toSpread(syncedMs),
  }
  const row = (figure: string, { p50, p99 }: Spread, beside: string) => ({
    figure: `${figure}, p50 and p99`,
    measured: `${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms`,
    beside,
  })
  const intents = queued.arrivedMs.length + direct.arrivedMs.length
  const { queue, direct: own, emptyJob, syncedWrite } = spreads
  printTable([
    row('through the queue', queue, 'target p99 15 ms; until the request is in at the venue'),
    row('from within the process', own, 'target p99 5 ms; the same'),
    row('through the queue until filled', spreads.queueFilled, "by the venue's word"),
    row('from within the process until filled', spreads.directFilled, 'the same'),
    row('an empty job of BullMQ', emptyJob, 'until it starts'),
    row('a write that is on disk', syncedWrite, 'amid two intents; one of them is on the path'),
    {
      figure: 'intents',
      measured: toCount(intents),
      beside: `${symbols} symbols at ${marketShare} of a budget`,
    },
  ])
  return {
    intents,
    ...Object.fromEntries(
      Object.entries(spreads).flatMap(([name, { p50, p99 }]) => [
        [`${name}P50Ms`, p50],
        [`${name}P99Ms`, p99],
      ]),
    ),
    queueToEmptyJobP99: queue.p99 / emptyJob.p99,
    directToSyncedWriteP99: own.p99 / syncedWrite.p99,
  }
}

interface Spread {
  readonly p50: number
  readonly p99: number
}

function toSpread(values: readonly number[]): Spread {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) }
}
