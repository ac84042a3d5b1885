import { setTimeout as sleep } from 'node:timers/promises'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { openEgress } from '../../lib/egress/egress.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { toIntent } from '../../lib/model/intent.ts'
import type { OrderIntent } from '../../lib/model/intent.ts'
import { readAccountSight } from '../../lib/orders/account-sight.ts'
import { handIntent, openIntentQueue } from '../../lib/orders/intent-queue.ts'
import { followLiveAccount } from '../../lib/orders/live-account.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import type { BenchRedis } from './bench-redis.ts'
import { startChild } from './child-process.ts'
import type { ChildProcess } from './child-process.ts'
import { watchEmptyJobs } from './job-latencies.ts'
import { printTable, tellProgress, toCount } from './report.ts'
import { percentile } from './statistics.ts'
import { readUrl } from './system.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const keys = { key: 'demo', secret: 'demo' }
const symbol = 'BTCUSDT'
const size = '0.002'
// Real ms. A third of the venue's 300 orders in 10 s, and no two intents under way at once.
const pauseMs = 70
// The income is read in a part of the minute, and may have to wait for the next.
const readyWithinMs = 90_000
const filledWithinMs = 5_000

/** From an intent to the venue, through the queue and from inside the process. */
export const orderPathBench: BenchDefinition = {
  name: 'order-path',
  summary: 'From an intent to the venue: through the queue to the order actor, and from within the process.',
  options: [numberOption('intents', 'intents for each way', { fallback: 300, least: 20, most: 20_000 })],
  async run(flags, signal) {
    const intents = flagOf(flags, 'intents')
    const redis = await startBenchRedis()
    const children: ChildProcess[] = []
    try {
      const url = await startSystem(redis, children, signal)
      await untilReady(redis, signal)
      const empty = watchEmptyJobs(redis.hub, 1_000 / pauseMs)
      const failed = children.map((child) => child.failed)
      tellProgress(`${intents} intents through the queue`)
      const queued = await Promise.race([measureQueue(redis, intents, signal), ...failed])
      const emptyMs = [...empty.addToStartMs]
      await empty.stop()
      tellProgress(`${intents} intents from within the process`)
      const direct = await Promise.race([measureDirect(redis, url, intents, signal), ...failed])
      const syncedMs = await measureSyncs(redis, intents)
      return tell({ queued, direct, emptyMs, syncedMs })
    } finally {
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
  const market = ['--port', '0', '--symbols', '20', '--log-level', 'silent']
  const url = await readUrl(start('simulator', 'simulator', market, redis.environment), signal)
  const environment = {
    ...redis.environment,
    SLUICE_EXCHANGE_URL: url,
    SLUICE_LOG_LEVEL: 'error',
    SLUICE_KEY_MAIN: keys.key,
    SLUICE_SECRET_MAIN: keys.secret,
  }
  for (const kind of ['symbol-cursor', 'kline', 'ticker', 'mark'])
    start(kind, `actors/${kind}`, [], environment)
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
    const polled = await hub.redis.hget(hub.keys.polls(of.venue, '1m'), symbol)
    const known = [sight.incomeAt, sight.equity, sight.maintenance, sight.riskBeatAgeMs, sight.orderBeatAgeMs]
    const isReady = sight.problem === undefined && polled !== null && !known.includes(undefined)
    if (isReady && sight.marks.has(symbol)) break
    if (Date.now() > giveUpAt) throw new Error(`nothing could be traded within ${readyWithinMs} ms`)
    await sleep(200, undefined, { signal })
  }
  instruments.stop()
}

/** ms from just before an intent was handed on until the venue had filled its order, by the venue's word. */
async function measure(
  { hub }: BenchRedis,
  name: string,
  intents: number,
  signal: AbortSignal,
  hand: (intent: OrderIntent) => Promise<unknown>,
): Promise<number[]> {
  const filled = new Map<string, number>()
  let denial: string | undefined
  const account = followLiveAccount(hub, of, ({ order, fills = [], denied }) => {
    if (order?.reason !== undefined && order.reason !== '') denial ??= order.reason
    for (const { orderId, time } of fills) filled.set(orderId, time)
    if (denied !== undefined) denial ??= denied.reason
  })
  try {
    while (!account.isSynced()) await sleep(10, undefined, { signal })
    const latencies: number[] = []
    for (let at = 0; at < intents; at++) {
      const isFirst = at % 2 === 0
      const intent = toIntent(
        {
          signalId: `${name}-${at}`,
          class: isFirst ? 'open' : 'reduce',
          symbol,
          side: isFirst ? 'buy' : 'sell',
          type: 'market',
          size,
        },
        { ...of, strategy: 'bench', deadline: Date.now() + filledWithinMs },
      )
      if ('denied' in intent) throw new Error(intent.denied)
      const handedAt = performance.timeOrigin + performance.now()
      await hand(intent)
      const lateAt = Date.now() + filledWithinMs
      while (!filled.has(intent.id)) {
        if (denial !== undefined) throw new Error(`an intent was denied: ${denial}`)
        if (Date.now() > lateAt) throw new Error(`an order was not filled within ${filledWithinMs} ms`)
        await sleep(1, undefined, { signal })
      }
      // The venue's ms has begun when it tells it.
      latencies.push((filled.get(intent.id) ?? 0) - Math.floor(handedAt))
      await sleep(pauseMs + Math.random() * pauseMs, undefined, { signal })
    }
    return latencies
  } finally {
    account.stop()
  }
}

async function measureQueue(redis: BenchRedis, intents: number, signal: AbortSignal): Promise<number[]> {
  const queue = openIntentQueue(redis.hub, of)
  try {
    return await measure(redis, 'queue', intents, signal, (intent) => handIntent(queue, intent))
  } finally {
    await queue.close()
  }
}

async function measureDirect(
  redis: BenchRedis,
  url: string,
  intents: number,
  signal: AbortSignal,
): Promise<number[]> {
  const { hub } = redis
  const egress = openEgress(hub, of.venue)
  const options = {
    url,
    localAddress: '',
    proxy: '',
    gate: egress.gate,
    account: of.account,
    keys: closeKeys(keys.key, keys.secret),
    clock: hub.clock,
  }
  const account = await openAccountExchange(of.venue, options)
  const sentAt = Date.now()
  hub.clock.correct(await egress.call('orders', () => account.fetchTime()), sentAt, Date.now())
  const exchange = await openOrderExchange(of.venue, options)
  const desk = await openOrderDesk(hub, of, { exchange, egress })
  try {
    return await measure(redis, 'direct', intents, signal, (intent) => desk.submit(intent))
  } finally {
    await desk.stop()
    await Promise.all([exchange.close(), account.close()])
  }
}

/** ms of one write that is on Redis's disk when it is answered. */
async function measureSyncs({ hub }: BenchRedis, count: number): Promise<number[]> {
  const durability = await openDurability(hub)
  const latencies: number[] = []
  for (let at = 0; at < count; at++) {
    const begin = performance.now()
    await durability.write(() => hub.redis.set('bench:synced', String(at)))
    latencies.push(performance.now() - begin)
  }
  return latencies
}

function tell(of_: Record<'queued' | 'direct' | 'emptyMs' | 'syncedMs', number[]>): Record<string, number> {
  const { queued, direct, emptyMs, syncedMs } = of_
  const figures = {
    intents: queued.length + direct.length,
    queueP50Ms: percentile(queued, 0.5),
    queueP99Ms: percentile(queued, 0.99),
    directP50Ms: percentile(direct, 0.5),
    directP99Ms: percentile(direct, 0.99),
    emptyJobP50Ms: percentile(emptyMs, 0.5),
    emptyJobP99Ms: percentile(emptyMs, 0.99),
    syncedWriteP50Ms: percentile(syncedMs, 0.5),
    syncedWriteP99Ms: percentile(syncedMs, 0.99),
  }
  const ms = (value: number) => `${value.toFixed(1)} ms`
  printTable([
    { figure: 'through the queue, p50', measured: ms(figures.queueP50Ms), beside: '' },
    { figure: 'through the queue, p99', measured: ms(figures.queueP99Ms), beside: 'target 15 ms' },
    { figure: 'from within the process, p50', measured: ms(figures.directP50Ms), beside: '' },
    { figure: 'from within the process, p99', measured: ms(figures.directP99Ms), beside: 'target 5 ms' },
    {
      figure: 'an empty job of BullMQ, p50 and p99',
      measured: `${ms(figures.emptyJobP50Ms)}, ${ms(figures.emptyJobP99Ms)}`,
      beside: 'until it starts',
    },
    {
      figure: 'a write that is on disk, p50 and p99',
      measured: `${ms(figures.syncedWriteP50Ms)}, ${ms(figures.syncedWriteP99Ms)}`,
      beside: 'one of them is on the path',
    },
    { figure: 'intents', measured: toCount(figures.intents), beside: 'until the venue has filled them' },
  ])
  return figures
}
