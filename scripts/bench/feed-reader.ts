import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import { percentile } from './statistics.ts'

/** What a reader process is told to follow. */
export interface FeedReaderOrder {
  readonly endpoint: RedisEndpoint
  readonly venue: string
  readonly namespace: string
}

/** What a reader saw since it was told to begin. */
export interface FeedReaderFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  /** klines taken in */
  readonly changes: number
  readonly cpuSeconds: number
}

const order = JSON.parse(process.argv[2] ?? '') as FeedReaderOrder
const { config } = readConfig({ namespace: order.namespace })
const hub = await openHub(config, order.endpoint, openLog('error', { actor: 'feed-reader' }), 'feed-reader')

let latencies: number[] = []
let changesBefore = 0
let cpuBefore = process.cpuUsage()

const market = await followMarket(
  hub,
  order.venue,
  { intervals: ['1m'], length: 500, staleAfterMs: 20_000 },
  () => {
    const now = Number(process.hrtime.bigint() / 1000n)
    const rings = market?.ledger.candles('1m')
    // What a strategy does with a change: it looks at the last candle.
    market?.ledger.takeChanged((slot) => {
      if (rings === undefined) return
      latencies.push((now - (rings.volume[rings.at(slot)] as number)) / 1000)
    })
  },
)

process.on('message', (message) => {
  if (message === 'begin') {
    latencies = []
    changesBefore = market.counts().changes
    cpuBefore = process.cpuUsage()
    process.send?.('begun')
    return
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  const figures: FeedReaderFigures = {
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    changes: market.counts().changes - changesBefore,
    cpuSeconds: (user + system) / 1e6,
  }
  process.send?.(figures)
})
while (!market.isComplete()) await new Promise((resolve) => setTimeout(resolve, 10))
process.send?.('ready')
