import { expect } from 'chai'
import { closeAll, openWorker } from '../../lib/hub/queues.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { backfillQueue } from '../../lib/market/kline-jobs.ts'
import type { BackfillJob } from '../../lib/market/kline-jobs.ts'
import { mergeKlines, readKlines } from '../../lib/market/klines.ts'
import { judgeRestKline } from '../../lib/model/kline.ts'
import type { Kline } from '../../lib/model/kline.ts'
import { openTimeAt } from '../../lib/model/timeframe.ts'
import { toPerpetual } from '../support/instrument.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const series = { venue, interval: '1m' } as const
const minute = 60_000
const start = 29_400_000 * minute
const candlesPerPoll = 4
const lastWhole = '100'

/** One symbol's outage: when its last poll before it and its first one after it are asked, as venue time. */
interface Outage {
  readonly symbol: string
  readonly index: number
  readonly before: number
  readonly after: number
}

/** What the venue answers at `askedAt`: a candle's volume grows until 3 s after its close. */
function answer(firstOpenTime: number, lastOpenTime: number, askedAt: number): Kline[] {
  const count = Math.round((lastOpenTime - firstOpenTime) / minute) + 1
  return Array.from({ length: count }, (_, i) => {
    const openTime = firstOpenTime + i * minute
    const judged = judgeRestKline(openTime, '1m', askedAt)
    const volume = judged.class === 2 ? lastWhole : String(Math.trunc((askedAt - openTime) / 1_000))
    return { openTime, open: '1', high: '2', low: '0.5', close: '1.5', volume, ...judged, source: 'rest' }
  })
}

async function poll(hub: Hub, { symbol, index }: Outage, askedAt: number): Promise<void> {
  const last = openTimeAt(askedAt, '1m')
  const klines = answer(last - (candlesPerPoll - 1) * minute, last, askedAt)
  await mergeKlines(hub, series, [{ symbol, index, polledAt: askedAt, klines }])
}

/** A fetcher of backfills, each asked some seconds after the symbol's first poll after its outage. */
function serveBackfills(hub: Hub, outages: readonly Outage[]): { stop(): Promise<void> } {
  const worker = openWorker<BackfillJob, void>(hub, backfillQueue(venue), 4, async ({ data }) => {
    const outage = outages.find(({ symbol }) => symbol === data.symbol)
    if (outage === undefined || data.until === undefined) throw new Error(`nobody asks for ${data.symbol}`)
    const first = data.until - (data.candles - 1) * minute
    const klines = answer(first, data.until, outage.after + 10_000)
    await mergeKlines(hub, series, [{ ...outage, polledAt: undefined, klines }])
  })
  worker.run().catch(() => {})
  return { stop: () => closeAll(hub, worker) }
}

describe('the repair of gaps', () => {
  const redis = withRedis({ cluster: true })

  it('leaves every candle final but the newest two, whenever the last poll was and however long the outage', async function () {
    this.timeout(30_000)
    const moments = [0, 2_999, 3_000, 30_000, 59_999]
    const outages = moments.flatMap((moment) =>
      [1, 2, 3, 4, 5, 8].map((minutes) => {
        const before = start + 10 * minute + moment
        return { symbol: `M${moment}X${minutes}USDT`, before, after: before + minutes * minute }
      }),
    )
    const symbols = outages.map(({ symbol }) => symbol)
    const hub = await redis.hub()
    const listed = listInstruments(symbols.map(toPerpetual), new Map(), new Map())
    await writeInstruments(hub, venue, listed)
    await hub.redis.rpush(hub.keys.lane(venue, '1m', 'all'), ...symbols)
    const all = outages.map((each, index) => ({ ...each, index }))
    for (const each of all) {
      for (let askedAt = each.before - 5 * minute; askedAt <= each.before; askedAt += minute)
        await poll(hub, each, askedAt)
    }
    const options = { intervals: ['1m'], length: 100, staleAfterMs: 20_000 } as const
    const market = await followMarket(hub, venue, options, () => {})
    const backfills = serveBackfills(hub, all)
    try {
      await until('the market is complete', async () => market.isComplete(), 5_000)
      expect(market.counts()).to.include({ gaps: 0, absent: 0 })
      for (const each of all) await poll(hub, each, each.after)
      for (const each of all) await poll(hub, each, each.after + 5_000)

      const rings = market.ledger.candles('1m')
      let left: string[] = []
      const isFinal = async () => {
        left = []
        for (const { symbol, before, after } of all) {
          const newest = openTimeAt(after + 5_000, '1m')
          const stored = (await readKlines(hub, series, symbol, 100)).slice(0, -1)
          const first = openTimeAt(before, '1m') - 8 * minute
          const whole = answer(first, newest - minute, newest + 2 * minute)
          const volumes = [...rings.view(rings.volume, market.ledger.slotOf(symbol))].slice(0, -1)
          const isRight =
            stored.map(({ openTime, volume, class: its }) => [openTime, volume, its]).join() ===
              whole.map(({ openTime, volume, class: its }) => [openTime, volume, its]).join() &&
            volumes.join() === whole.map(({ volume }) => volume).join()
          if (!isRight) left.push(symbol)
        }
        return left.length === 0
      }
      await until('all that ended is final', isFinal, 10_000, () => `not so: ${left.join(', ')}`)
      await until('no gap is left', async () => market.counts().gaps === 0, 5_000)
      expect(market.counts()).to.include({ absent: 0 })
    } finally {
      await market.stop()
      await backfills.stop()
    }
  })
})
