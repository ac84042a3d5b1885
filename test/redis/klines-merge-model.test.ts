import { expect } from 'chai'
import fc from 'fast-check'
import type { Hub } from '../../lib/hub/hub.ts'
import { visitFeedMessage } from '../../lib/market/feed-message.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import type { KlinesOf } from '../../lib/market/klines.ts'
import { compareKlines, encodeKline } from '../../lib/model/kline.ts'
import type { Kline, KlineClass } from '../../lib/model/kline.ts'
import { withRedis } from '../support/with-redis.ts'

const minute = 60_000
const start = 1_764_000_000_000
const series = { venue: 'binanceusdm', interval: '1m' } as const
const symbols = ['S0', 'S1', 'S2', 'S3']

/** One call of the merge, or the loss of all heads. */
interface Step {
  readonly told: readonly KlinesOf[]
  readonly repair: boolean
  readonly headsLost: boolean
}

// Texts of several lengths, and few enough values that versions are often equal in all but one of their fields.
const kline: fc.Arbitrary<Kline> = fc.record({
  openTime: fc.integer({ min: 0, max: 13 }).map((at) => start + at * minute),
  open: fc.constantFrom('1', '60051.3'),
  high: fc.constantFrom('2', '60150.15'),
  low: fc.constantFrom('0.5', '59921.8'),
  close: fc.constantFrom('1.5', '60030'),
  volume: fc.constantFrom('0', '9', '10', '10.5', '123456.789', '99999999999999999.1', '99999999999999999.2'),
  class: fc.constantFrom<KlineClass>(0, 1, 2),
  time: fc.constantFrom(start + minute, start + 2 * minute),
  source: fc.constantFrom('rest', 'stream'),
})

const rows = fc
  .uniqueArray(kline, { maxLength: 7, selector: ({ openTime }) => openTime })
  .map((klines) => klines.toSorted((a, b) => a.openTime - b.openTime))
// What a stream tells most of the time: one row.
const row = kline.map((one) => [one])

const step: fc.Arbitrary<Step> = fc.record({
  told: fc
    .uniqueArray(
      fc.record({
        index: fc.nat(symbols.length - 1),
        polledAt: fc.constantFrom(undefined, start, start + 1, start + 2),
        klines: fc.oneof(row, rows),
      }),
      { minLength: 1, maxLength: symbols.length, selector: ({ index }) => index },
    )
    .map((groups) => groups.map((group): KlinesOf => ({ symbol: symbols[group.index] as string, ...group }))),
  repair: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  headsLost: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
})

/** The merge as its description has it, in memory. */
class Model {
  readonly klines = new Map<string, Map<number, Kline>>()
  readonly heads = new Map<string, string>()
  readonly polls = new Map<string, string>()
  readonly feed: unknown[] = []
  private readonly retention: number

  constructor(retention: number) {
    this.retention = retention
  }

  merge(told: readonly KlinesOf[], repair: boolean): { won: number; unchanged: number; older: number } {
    const counts = { won: 0, unchanged: 0, older: 0 }
    for (const { symbol, index, polledAt = 0, klines } of told) {
      const stored = this.klines.get(symbol) ?? new Map<number, Kline>()
      const floor = this.newest(symbol).at(-this.retention)?.openTime ?? 0
      const winners: Kline[] = []
      for (const each of klines.slice(-this.retention)) {
        const old = stored.get(each.openTime)
        if (old !== undefined && encodeKline(old) === encodeKline(each)) counts.unchanged += 1
        else if (old === undefined ? each.openTime >= floor : repair || compareKlines(each, old) > 0)
          winners.push(each)
        else counts.older += 1
      }
      counts.won += winners.length
      for (const each of winners) stored.set(each.openTime, each)
      this.klines.set(symbol, stored)
      const kept = this.newest(symbol).slice(-this.retention)
      this.klines.set(symbol, new Map(kept.map((each) => [each.openTime, each])))
      if (winners.length > 0) this.heads.set(symbol, `[${kept.slice(-2).map(encodeKline).join(',')}]`)
      for (const { openTime, open, high, low, close, volume, ...each } of winners)
        this.feed.push([index, openTime, ...[open, high, low, close, volume].map(Number), each.class])
      if (polledAt > Number(this.polls.get(symbol) ?? 0)) {
        this.polls.set(symbol, String(polledAt))
        this.feed.push([index, polledAt])
      }
    }
    return counts
  }

  newest(symbol: string): Kline[] {
    return [...(this.klines.get(symbol)?.values() ?? [])].toSorted((a, b) => a.openTime - b.openTime)
  }
}

describe('klines-merge, beside a model in memory,', () => {
  const redis = withRedis({ cluster: true })

  it('keeps, counts and publishes the same, whatever sources tell and in whatever batches', async function () {
    this.timeout(120_000)
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 3, max: 9 }),
        async (steps, retention) => {
          const hub = await redis.hub({ klineRetention: String(retention) })
          const feed = await readFeed(hub)
          const model = new Model(retention)
          for (const { told, repair, headsLost } of steps) {
            if (headsLost) {
              await hub.redis.del(hub.keys.heads(series.venue, series.interval))
              model.heads.clear()
            }
            const published = model.feed.length
            const counts = model.merge(told, repair)
            const found = await mergeKlines(hub, series, told, repair)
            expect(found).to.include(counts)
            expect(found.sequence > 0).to.equal(model.feed.length > published)
          }
          const { keys } = hub
          for (const symbol of symbols) {
            const texts = await hub.redis.zrange(
              keys.klines(series.venue, series.interval, symbol),
              '0',
              '-1',
            )
            expect(texts).to.deep.equal(model.newest(symbol).map(encodeKline))
          }
          const heads = await hub.redis.hgetall(keys.heads(series.venue, series.interval))
          expect(heads).to.deep.equal(Object.fromEntries(model.heads))
          const polls = await hub.redis.hgetall(keys.polls(series.venue, series.interval))
          expect(polls).to.deep.equal(Object.fromEntries(model.polls))
          expect(await feed.end()).to.deep.equal(model.feed)
          hub.close()
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 80), endOnFailure: true },
    )
  })

  it('refuses rows that are not oldest first, before anything is written', async () => {
    const hub = await redis.hub()
    const [one, other] =
      fc.sample(
        rows.filter(({ length }) => length === 2),
        { numRuns: 1, seed: 1 },
      )[0] ?? []
    const klines = [other, one].filter((each) => each !== undefined)
    let refusal: unknown
    try {
      await mergeKlines(hub, series, [{ symbol: 'S0', index: 0, polledAt: start, klines }])
    } catch (error) {
      refusal = error
    }
    expect(String(refusal)).to.contain('rows must be oldest first')
    expect(await hub.redis.exists(hub.keys.polls(series.venue, series.interval))).to.equal(0)
  })
})

/** What is published from now on, as the model tells it; `end` gives it when all has come. */
async function readFeed(hub: Hub): Promise<{ end(): Promise<unknown[]> }> {
  const channel = hub.keys.feed(series.venue)
  const reader = hub.redis.duplicate({ enableOfflineQueue: true })
  const told: unknown[] = []
  const ended = new Promise<void>((resolve) => {
    reader.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
      if (message.toString() === 'end') return resolve()
      visitFeedMessage(message, {
        kline: (intervalMs, ...numbers) => {
          expect(intervalMs).to.equal(minute)
          told.push(numbers)
        },
        polled: (_intervalMs, index, polledAt) => told.push([index, polledAt]),
        ticker: () => expect.fail('a ticker was published'),
        tickersPolled: () => expect.fail('tickers were published'),
      })
    })
  })
  await reader.subscribe(channel)
  return {
    async end() {
      await hub.redis.publish(channel, 'end')
      await ended
      reader.disconnect()
      return told
    },
  }
}
