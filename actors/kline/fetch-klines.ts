import type { Job } from 'bullmq'
import type { Egress } from '../../lib/egress/egress.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { toKlines } from '../../lib/exchange/kline-map.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { noteLeft } from '../../lib/market/kline-jobs.ts'
import type { FetchJob, FetchResult } from '../../lib/market/kline-jobs.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { VenueRejectedError } from '../../lib/model/errors.ts'

/** What the actions of this actor work with, and what they count. */
export interface KlineActor {
  readonly hub: Hub
  readonly exchange: Exchange
  readonly egress: Egress
  jobs: number
  failures: number
}

/** Polls one symbol's latest candles and merges them all, so that every poll repairs history. */
export async function fetchKlines(actor: KlineActor, job: Job<FetchJob>): Promise<FetchResult> {
  const { hub, exchange, egress } = actor
  const { symbol, index, interval, candles, handedAt } = job.data
  const { venue } = exchange
  const startedAt = Date.now()
  await ensureKnown(actor, symbol)
  let leftAt = 0
  let askedAt = 0
  const rows = await egress.call(
    'market',
    () => exchange.fetchKlines(symbol, interval, { limit: candles ?? hub.config.candlesPerPoll }),
    () => {
      leftAt = Date.now()
      // At the earliest: a clock that may be off by its error must not make a candle final too soon.
      askedAt = hub.clock.now() - hub.clock.errorMs()
      noteLeft(hub, venue, job.id ?? '').catch(() => {})
    },
  )
  if (rows.length === 0) throw new VenueRejectedError(`${venue} told no candle of ${symbol}`)
  const klines = toKlines(rows, interval, askedAt)
  await mergeKlines(hub, { venue, interval }, [{ symbol, index, polledAt: askedAt, klines }])
  actor.jobs += 1
  return { handedAt, startedAt, leftAt }
}

/** Reads the instruments from the hub when a symbol is new to this process. */
export async function ensureKnown(actor: KlineActor, symbol: string): Promise<void> {
  const { hub, exchange } = actor
  if (exchange.knows(symbol)) return
  exchange.useInstruments([...(await readInstruments(hub, exchange.venue)).values()])
  if (!exchange.knows(symbol))
    throw new VenueRejectedError(`${symbol} is not among the instruments of ${exchange.venue}`)
}
