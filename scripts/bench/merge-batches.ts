import { mergeKlines } from '../../lib/market/klines.ts'
import type { KlinesOf } from '../../lib/market/klines.ts'
import { encodeKline } from '../../lib/model/kline.ts'
import type { BenchRedis } from './bench-redis.ts'
import { benchSymbol, candlesPerSymbol, latestKlines } from './hub-data.ts'
import { connectRaw, toCommand } from './raw-connection.ts'

/** All rows newer than what stands, or all identical to it. */
export type BatchKind = 'winning' | 'unchanged'

/** How the 500 rows of a call are made up. */
export interface BatchShape {
  readonly name: 'poll' | 'repair' | 'live'
  readonly title: string
  readonly symbolsPerCall: number
  readonly rowsPerSymbol: number
  /** polls say when they asked, which is stored and published even when no candle changed; a stream does not */
  readonly polled: boolean
}

export const rowsPerCall = 500

/** From the polls of a few symbols to the live candles of a stream. */
export const batchShapes: readonly BatchShape[] = [
  { name: 'poll', title: '5 x 100', symbolsPerCall: 5, rowsPerSymbol: 100, polled: true },
  { name: 'repair', title: '50 x 10', symbolsPerCall: 50, rowsPerSymbol: 10, polled: true },
  { name: 'live', title: '500 x 1', symbolsPerCall: 500, rowsPerSymbol: 1, polled: false },
]

/** A filled market of so many symbols, whose candles batches are merged into. */
export interface BatchMarket {
  readonly symbols: number
  /** rows merged in a second of the server's CPU time */
  measure(shape: BatchShape, kind: BatchKind, ms: number): Promise<number>
  /** rows that the bare commands on the sorted sets store, or read, in a second of the server's CPU time */
  measurePlain(shape: BatchShape, kind: BatchKind, ms: number): Promise<number>
}

// The least that Redis does for such rows, without looking at them: what it costs here, no merge can cost less.
const plainScripts: Readonly<Record<BatchKind, string>> = {
  winning: `#!lua
for _, klines in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', klines, ARGV[1], ARGV[#ARGV - 1])
  redis.call('ZADD', klines, unpack(ARGV))
end
`,
  unchanged: `#!lua
for _, klines in ipairs(KEYS) do redis.call('ZRANGE', klines, 0, #ARGV / 2 - 1, 'REV') end
`,
}

// Enough that the server never waits for the next call, on one connection that keeps their order.
const callsInFlight = 2

/** Fills a market with as many candles per symbol as are kept by default. */
export async function openBatchMarket(redis: BenchRedis, symbols: number): Promise<BatchMarket> {
  const { hub } = redis
  const series = { venue: `bench${symbols}`, interval: '1m' } as const
  let version = 0
  let polledAt = Date.now()
  let next = 0

  async function merge(
    shape: Pick<BatchShape, 'symbolsPerCall' | 'rowsPerSymbol' | 'polled'>,
  ): Promise<{ won: number; unchanged: number }> {
    const klines = latestKlines(shape.rowsPerSymbol, version)
    polledAt += 1
    const told = Array.from({ length: shape.symbolsPerCall }, (): KlinesOf => {
      const index = next++ % symbols
      return { symbol: benchSymbol(index), index, polledAt: shape.polled ? polledAt : undefined, klines }
    })
    return mergeKlines(hub, series, told)
  }

  /** Merges this version of the shape's rows into every symbol, so that they stand. */
  async function level(
    shape: Pick<BatchShape, 'symbolsPerCall' | 'rowsPerSymbol' | 'polled'>,
  ): Promise<void> {
    version += 1
    next = 0
    while (next < symbols) await merge(shape)
  }
  await level({ symbolsPerCall: 1, rowsPerSymbol: candlesPerSymbol, polled: true })

  /** Calls again and again for so long, so many at a time; gives how many calls the server answered in a second of its CPU time. */
  async function callFor(
    ms: number,
    kind: BatchKind,
    inFlight: number,
    call: () => Promise<void>,
  ): Promise<number> {
    let calls = 0
    const cpuBefore = await redis.readCpuSeconds()
    const stopAt = performance.now() + ms
    while (performance.now() < stopAt) {
      const underWay = Array.from({ length: inFlight }, () => {
        if (kind === 'winning') version += 1
        return call()
      })
      calls += (await Promise.all(underWay)).length
    }
    return calls / ((await redis.readCpuSeconds()) - cpuBefore)
  }

  return {
    symbols,
    async measure(shape, kind, ms) {
      await level(shape)
      const perCpuS = await callFor(ms, kind, callsInFlight, async () => {
        const merged = await merge(shape)
        const hits = kind === 'winning' ? merged.won : merged.unchanged
        if (hits !== rowsPerCall) throw new Error(`expected ${rowsPerCall} ${kind} rows, found ${hits}`)
      })
      return rowsPerCall * perCpuS
    },
    async measurePlain(shape, kind, ms) {
      await level(shape)
      const connection = await connectRaw(hub.endpoint)
      const sha = String(await hub.redis.script('LOAD', plainScripts[kind]))
      const perCpuS = await callFor(ms, kind, 1, async () => {
        const rows = latestKlines(shape.rowsPerSymbol, version)
        const keys = Array.from({ length: shape.symbolsPerCall }, () =>
          hub.keys.klines(series.venue, series.interval, benchSymbol(next++ % symbols)),
        )
        const scored = rows.flatMap((kline) => [kline.openTime, encodeKline(kline)])
        await connection.send(toCommand('EVALSHA', sha, keys.length, ...keys, ...scored))
      })
      connection.close()
      return rowsPerCall * perCpuS
    },
  }
}
