import type { Hub } from '../../lib/hub/hub.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import type { Instrument } from '../../lib/model/instrument.ts'
import type { Kline } from '../../lib/model/kline.ts'
import { intervalsMs, openTimeAt } from '../../lib/model/timeframe.ts'
import type { Interval } from '../../lib/model/timeframe.ts'

/** What a generated market has. */
export interface MarketSize {
  readonly symbols: number
  readonly intervals: readonly Interval[]
  /** of each symbol and interval */
  readonly candles: number
}

/** Writes instruments, lanes and so many candles of every symbol and interval, up to now, as if they had been fetched. */
export async function writeGeneratedMarket(hub: Hub, venue: string, of: MarketSize): Promise<void> {
  const symbols = namesOf(of.symbols)
  await listSymbols(hub, venue, symbols, of.intervals)
  const now = Math.trunc(hub.clock.now())
  for (const interval of of.intervals) {
    const step = intervalsMs[interval]
    const last = openTimeAt(now, interval)
    for (const [index, symbol] of symbols.entries()) {
      const klines = Array.from({ length: of.candles }, (_, at) =>
        klineAt(index, last - (of.candles - 1 - at) * step, step, now),
      )
      await mergeKlines(hub, { venue, interval }, [{ symbol, index, polledAt: now, klines }])
    }
  }
}

/** Writes instruments and makes them the lanes of these intervals. */
export async function listSymbols(
  hub: Hub,
  venue: string,
  symbols: readonly string[],
  intervals: readonly Interval[],
): Promise<void> {
  await writeInstruments(hub, venue, listInstruments(symbols.map(toPerpetual), new Map(), new Map()))
  for (const interval of intervals) await hub.redis.rpush(hub.keys.lane(venue, interval, 'all'), ...symbols)
}

/**
 * Writes what fetchers would find in a generated market: so many polls a real second, one symbol and interval after the
 * other, and all tickers each second. The function given back ends it.
 */
export function keepMarketMoving(
  hub: Hub,
  venue: string,
  of: MarketSize,
  pollsPerS: number,
): () => Promise<void> {
  const symbols = namesOf(of.symbols)
  const polls = of.intervals.flatMap((interval) =>
    symbols.map((symbol, index) => ({ interval, symbol, index })),
  )
  let next = 0
  let writing: Promise<unknown> = Promise.resolve()
  const poll = async () => {
    const { interval, symbol, index } = polls[next++ % polls.length] as (typeof polls)[number]
    const now = Math.trunc(hub.clock.now())
    const step = intervalsMs[interval]
    const last = openTimeAt(now, interval)
    const klines = [last - step, last].map((openTime) => klineAt(index, openTime, step, now))
    await mergeKlines(hub, { venue, interval }, [{ symbol, index, polledAt: now, klines }])
  }
  const quote = async () => {
    const now = Math.trunc(hub.clock.now())
    const bid = (index: number) => (100 + index + (now % 997) / 1000).toFixed(3)
    const ask = (index: number) => (100.1 + index + (now % 997) / 1000).toFixed(3)
    const tickers = symbols.map((symbol, index) => {
      const ticker = {
        bid: bid(index),
        bidSize: '3.5',
        ask: ask(index),
        askSize: '2.25',
        time: now,
        updateId: now,
      }
      return { symbol, index, ticker }
    })
    await mergeTickers(hub, venue, tickers, now)
  }
  const queue = (work: () => Promise<void>) => {
    writing = writing.then(work)
    writing.catch(() => {})
  }
  const timers = [setInterval(() => queue(poll), 1000 / pollsPerS), setInterval(() => queue(quote), 1000)]
  return async () => {
    for (const timer of timers) clearInterval(timer)
    await writing
  }
}

function namesOf(symbols: number): string[] {
  return Array.from({ length: symbols }, (_, index) => `S${index}USDT`)
}

function klineAt(index: number, openTime: number, step: number, now: number): Kline {
  const isOpen = openTime + step > now
  const open = 100 + index + ((openTime / step) % 17) / 10
  return {
    openTime,
    open: `${open.toFixed(4)}1`,
    high: `${open + 1}`,
    low: `${open - 1}`,
    close: `${(open + (isOpen ? (now % 997) / 1000 : 0.5)).toFixed(4)}1`,
    volume: `${1000 + (isOpen ? Math.trunc((1000 * (now - openTime)) / step) : 1000)}.125`,
    class: isOpen ? 0 : 2,
    time: isOpen ? now : openTime + step,
    source: 'rest',
  }
}

function toPerpetual(symbol: string): Instrument {
  return {
    symbol,
    base: symbol.slice(0, -4),
    quote: 'USDT',
    settle: 'USDT',
    contract: 'perpetual',
    linear: true,
    underlying: 'coin',
    status: 'trading',
    contractSize: '1',
    tickSize: '0.01',
    lotSize: '0.001',
    minQty: '0.001',
    minNotional: '5',
    maxMarketQty: '100',
    percentPrice: undefined,
    maxStops: undefined,
    deliveryTime: undefined,
  }
}
