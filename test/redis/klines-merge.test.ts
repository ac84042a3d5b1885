import { expect } from 'chai'
import fc from 'fast-check'
import type { Hub } from '../../lib/hub/hub.ts'
import { mergeKlines, readHeads, readKlines } from '../../lib/market/klines.ts'
import { encodeKline, judgeRestKline } from '../../lib/model/kline.ts'
import type { Kline, KlineClass } from '../../lib/model/kline.ts'
import { withRedis } from '../support/with-redis.ts'

const minute = 60_000
const start = 1_764_000_000_000
const series = { venue: 'binanceusdm', interval: '1m' } as const

function kline(minuteOfTest: number, more: Partial<Kline> = {}): Kline {
  const openTime = start + minuteOfTest * minute
  return {
    openTime,
    open: '1',
    high: '2',
    low: '0.5',
    close: '1.5',
    volume: '10',
    class: 2,
    time: openTime + minute,
    source: 'rest',
    ...more,
  }
}

/** One answer of one symbol, as a source would give it. */
interface Told {
  readonly symbol: string
  readonly polledAt: number | undefined
  readonly klines: Kline[]
}

async function merge(hub: Hub, told: Told, repair = false) {
  const index = Number(told.symbol.slice(1))
  return mergeKlines(hub, series, [{ index, ...told }], repair)
}

/** In their order, and so many at once that a machine that stands still for a moment answers each in time. */
async function mergeAll(hub: Hub, all: readonly Told[]): Promise<void> {
  for (let at = 0; at < all.length; at += 25)
    await Promise.all(all.slice(at, at + 25).map((each) => merge(hub, each)))
}

async function stateOf(hub: Hub): Promise<unknown> {
  const symbols = ['S1', 'S2', 'S3']
  const histories = await Promise.all(symbols.map((symbol) => readKlines(hub, series, symbol, 1000)))
  const polls = await hub.redis.hgetall(hub.keys.polls(series.venue, series.interval))
  return { histories, heads: Object.fromEntries(await readHeads(hub, series)), polls }
}

/** Answers over a few minutes of three symbols, with volumes and times that often coincide. */
const answers: fc.Arbitrary<Told> = fc
  .record({
    symbol: fc.constantFrom('S1', 'S2', 'S3'),
    first: fc.integer({ min: 0, max: 8 }),
    rows: fc.array(
      fc.record({
        skip: fc.integer({ min: 1, max: 2 }),
        volume: fc.constantFrom('0', '9', '10', '10.5', '10.25', '100'),
        close: fc.constantFrom('1', '1.5'),
        source: fc.constantFrom('rest', 'stream'),
        streamClass: fc.constantFrom(0, 2),
        streamDelay: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    // Around a close: just before, at it, until the row may be final and just after.
    asked: fc.constantFrom(-200, 0, 2_800, 3_000, 3_200, 61_000),
    polled: fc.boolean(),
  })
  .map(({ symbol, first, rows, asked, polled }) => {
    let at = first
    const askedAt = start + (first + 1) * minute + asked
    const klines = rows.map(({ skip, volume, close, source, streamClass, streamDelay }) => {
      const openTime = start + at * minute
      at += skip
      const judged =
        source === 'rest'
          ? judgeRestKline(openTime, '1m', askedAt)
          : { class: streamClass as KlineClass, time: openTime + minute + streamDelay }
      return kline((openTime - start) / minute, { volume, close, source, ...judged })
    })
    return { symbol, polledAt: polled ? askedAt : undefined, klines }
  })

describe('klines-merge', () => {
  const redis = withRedis({ cluster: true })

  it('ends in the same state for any order and any repetition of 200 updates', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(answers, { minLength: 200, maxLength: 230 })
          .chain((told) =>
            fc.tuple(
              fc.constant(told),
              fc.shuffledSubarray(told, { minLength: told.length }),
              fc.subarray(told),
            ),
          ),
        fc.integer({ min: 3, max: 12 }),
        async ([told, shuffled, repeated], retention) => {
          const one = await redis.hub({ klineRetention: String(retention) })
          const other = await redis.hub({ klineRetention: String(retention) })
          await mergeAll(one, told)
          await mergeAll(other, [...shuffled, ...repeated])
          expect(await stateOf(other)).to.deep.equal(await stateOf(one))
          one.close()
          other.close()
        },
      ),
      { numRuns: Number(process.env['SOAK_RUNS'] ?? 12), endOnFailure: true, includeErrorInReport: true },
    )
  })

  it('keeps a final candle when an open one with more volume arrives late', async () => {
    const hub = await redis.hub()
    await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0)] })
    const late = kline(0, { class: 0, volume: '99', time: start + 2 * minute })
    expect(await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [late] })).to.include({
      won: 0,
      older: 1,
    })
    expect(await readKlines(hub, series, 'S1', 9)).to.deep.equal([kline(0)])
  })

  it('never lets a row that was asked for 200 ms before the close stand as final', async () => {
    const hub = await redis.hub()
    const early = kline(0, { volume: '50', ...judgeRestKline(start, '1m', start + minute - 200) })
    await merge(hub, { symbol: 'S1', polledAt: start, klines: [early] })
    expect((await readKlines(hub, series, 'S1', 1))[0]?.class).to.equal(0)
    const soon = kline(0, { volume: '50', ...judgeRestKline(start, '1m', start + minute + 2_999) })
    await merge(hub, { symbol: 'S1', polledAt: start, klines: [soon] })
    expect((await readKlines(hub, series, 'S1', 1))[0]?.class).to.equal(1)
  })

  it('orders volumes as numbers and not as text', async () => {
    const hub = await redis.hub()
    for (const [older, newer] of [
      ['9', '10'],
      ['10.25', '10.5'],
      ['0', '0.001'],
      ['99999999999999999.1', '99999999999999999.2'],
    ] as const) {
      await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0, { volume: older })] })
      expect(
        await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0, { volume: newer })] }),
      ).to.include({ won: 1 })
      expect(
        await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0, { volume: older })] }),
      ).to.include({ older: 1 })
      await hub.redis.del(hub.keys.heads('binanceusdm', '1m'), hub.keys.klines('binanceusdm', '1m', 'S1'))
    }
  })

  it('changes a final candle downward only for a repair', async () => {
    const hub = await redis.hub()
    const smaller = kline(0, { volume: '1' })
    await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0)] })
    expect(await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [smaller] })).to.include({ won: 0 })
    expect(await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [smaller] }, true)).to.include({
      won: 1,
    })
    expect(await readKlines(hub, series, 'S1', 9)).to.deep.equal([smaller])
  })

  it('publishes an unchanged poll, so that a quiet symbol is known to be fresh, and nothing for an unchanged stream', async () => {
    const hub = await redis.hub()
    await merge(hub, { symbol: 'S1', polledAt: start, klines: [kline(0)] })
    const again = await merge(hub, { symbol: 'S1', polledAt: start + 5_000, klines: [kline(0)] })
    expect(again).to.deep.equal({ sequence: 2, won: 0, unchanged: 1, older: 0 })
    expect(await hub.redis.hget(hub.keys.polls('binanceusdm', '1m'), 'S1')).to.equal(String(start + 5_000))
    const stream = await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0)] })
    expect(stream.sequence).to.equal(0)
  })

  it('publishes each change once, with epoch, sequence and the numbers of the winning rows', async () => {
    const hub = await redis.hub()
    const reader = hub.redis.duplicate({ enableOfflineQueue: true })
    const messages: Buffer[] = []
    reader.on('messageBuffer', (_channel: Buffer, message: Buffer) => messages.push(message))
    await reader.subscribe(hub.keys.feed('binanceusdm'))
    await merge(hub, { symbol: 'S7', polledAt: start + 1, klines: [kline(0, { high: '2.125' }), kline(1)] })
    await merge(hub, { symbol: 'S7', polledAt: start + 2, klines: [kline(0, { high: '2.125' }), kline(1)] })
    while (messages.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    reader.disconnect()
    const [first, second] = messages as [Buffer, Buffer]
    expect(first.toString('latin1', 0, 1)).to.equal('k')
    expect(first.readUInt32LE(2)).to.equal(60)
    expect(first.readDoubleLE(14)).to.equal(1)
    expect(first.readUInt16LE(22)).to.equal(1)
    expect(first.readUInt32LE(24)).to.equal(7)
    expect(first.readDoubleLE(28)).to.equal(start + 1)
    expect(first.readUInt16LE(36)).to.equal(2)
    const numbers = [0, 1, 2, 3, 4, 5].map((field) => first.readDoubleLE(38 + 8 * field))
    expect(numbers).to.deep.equal([start, 1, 2.125, 0.5, 1.5, 10])
    expect(first.readUInt8(86)).to.equal(2)
    expect(second.readDoubleLE(6)).to.equal(first.readDoubleLE(6))
    expect(second.readDoubleLE(14)).to.equal(2)
    expect(second.readUInt16LE(36)).to.equal(0)
  })

  it('puts a newer row in the place of what stands, also where the head tells of another version', async () => {
    const hub = await redis.hub()
    const told = (volume: string) => ({ symbol: 'S1', polledAt: undefined, klines: [kline(1, { volume })] })
    await merge(hub, { symbol: 'S1', polledAt: undefined, klines: [kline(0), kline(1)] })
    const history = hub.keys.klines('binanceusdm', '1m', 'S1')
    const row = encodeKline(kline(1, { volume: '11' }))
    await hub.redis.zremrangebyscore(history, start + minute, start + minute)
    await hub.redis.zadd(history, start + minute, row)
    expect(await merge(hub, told('12'))).to.include({ won: 1 })
    expect(await readKlines(hub, series, 'S1', 9)).to.deep.equal([kline(0), kline(1, { volume: '12' })])
    await hub.redis.del(history)
    expect(await merge(hub, told('13'))).to.include({ won: 1 })
    expect(await readKlines(hub, series, 'S1', 9)).to.deep.equal([kline(1, { volume: '13' })])
  })

  it('keeps the newest candles of a symbol and drops what is older than them', async () => {
    const hub = await redis.hub({ klineRetention: '5' })
    const klines = Array.from({ length: 9 }, (_, at) => kline(at))
    await merge(hub, { symbol: 'S1', polledAt: undefined, klines: klines.slice(4) })
    const old = await merge(hub, { symbol: 'S1', polledAt: undefined, klines: klines.slice(0, 5) })
    expect(old).to.deep.equal({ sequence: 0, won: 0, unchanged: 1, older: 4 })
    expect(await readKlines(hub, series, 'S1', 99)).to.deep.equal(klines.slice(4))
  })
})
