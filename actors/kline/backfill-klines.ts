import type { Job } from 'bullmq'
import { toKlines } from '../../lib/exchange/kline-map.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import type { BackfillJob } from '../../lib/market/kline-jobs.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { VenueRejectedError } from '../../lib/model/errors.ts'
import { intervalsMs, openTimeAt } from '../../lib/model/timeframe.ts'
import { ensureKnown } from './fetch-klines.ts'
import type { KlineActor } from './fetch-klines.ts'

/** Fills one symbol's history, in requests of as many candles as the venue gives; gives how many won. */
export async function backfillKlines(actor: KlineActor, job: Job<BackfillJob>): Promise<number> {
  const { hub, exchange, egress } = actor
  const { symbol, interval, candles, until } = job.data
  const { venue, mostKlines: candlesPerRequest } = exchange
  await ensureKnown(actor, symbol)
  const index = (await readInstruments(hub, venue)).get(symbol)?.index
  if (index === undefined) throw new VenueRejectedError(`${symbol} is not among the instruments of ${venue}`)
  let won = 0
  const step = intervalsMs[interval]
  const last = openTimeAt(until ?? hub.clock.now(), interval)
  for (let from = last - (candles - 1) * step; from <= last; from += candlesPerRequest * step) {
    const limit = Math.min(candlesPerRequest, Math.round((last - from) / step) + 1)
    let askedAt = 0
    const rows = await egress.call(
      'market',
      () => exchange.fetchKlines(symbol, interval, { limit, startTime: from }),
      () => {
        askedAt = hub.clock.now() - hub.clock.errorMs()
      },
    )
    const klines = toKlines(rows, interval, askedAt)
    const result = await mergeKlines(hub, { venue, interval }, [
      { symbol, index, polledAt: undefined, klines },
    ])
    won += result.won
    await job.updateProgress({ openTime: from, last })
  }
  return won
}
