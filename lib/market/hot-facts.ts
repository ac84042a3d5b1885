import type { Hub } from '../hub/hub.ts'
import { decodeKline } from '../model/kline.ts'
import { intervalsMs, openTimeAt } from '../model/timeframe.ts'
import type { Interval } from '../model/timeframe.ts'

/** A candle in floating point, good for judging and not for money. */
export interface HotKline {
  /** market ms */
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** in the base asset */
  readonly volume: number
}

/** What is known of one symbol when it is judged. */
export interface HotFacts {
  readonly symbol: string
  /** market ms */
  readonly now: number
  /** length of one of `klines`, ms: the shortest interval that is followed */
  readonly intervalMs: number
  /** the newest candles, oldest first; the last one may still be open, and a minute without a trade may be absent */
  readonly klines: readonly HotKline[]
  /** traded in 24 hours, in the quote asset; undefined until the venue has said it */
  readonly quoteVolume24h: number | undefined
  readonly openPosition: boolean
}

/** Symbols in which a position is open. */
export type PositionsReader = () => Promise<ReadonlySet<string>>

/** Facts of the given symbols, from one round trip; candles as far back as `minutes`. */
export async function readHotFacts(
  hub: Hub,
  of: { venue: string; interval: Interval; symbols: readonly string[]; minutes: number },
  readPositions: PositionsReader,
): Promise<HotFacts[]> {
  const { venue, interval, symbols } = of
  const intervalMs = intervalsMs[interval]
  const candles = candlesIn(of.minutes, intervalMs) + 2
  const [instruments, open, stored] = await Promise.all([
    symbols.length === 0 ? [] : hub.redis.hmget(hub.keys.instruments(venue), ...symbols),
    readPositions(),
    Promise.all(
      symbols.map((symbol) =>
        hub.redis.zrange(hub.keys.klines(venue, interval, symbol), String(-candles), '-1'),
      ),
    ),
  ])
  const now = hub.clock.now()
  const oldest = openTimeAt(now, interval) - (candles - 1) * intervalMs
  return symbols.map((symbol, at): HotFacts => {
    const instrument = JSON.parse(instruments[at] ?? '{}') as { quoteVolume?: string }
    const klines = (stored[at] ?? []).map(toHotKline).filter(({ openTime }) => openTime >= oldest)
    return {
      symbol,
      now,
      intervalMs,
      klines,
      quoteVolume24h: instrument.quoteVolume === undefined ? undefined : Number(instrument.quoteVolume),
      openPosition: open.has(symbol),
    }
  })
}

/** How many candles the last `minutes` are, the open one among them. */
export function candlesIn(minutes: number, intervalMs: number): number {
  return Math.ceil((minutes * 60_000) / intervalMs)
}

function toHotKline(text: string): HotKline {
  const { openTime, open, high, low, close, volume } = decodeKline(text)
  return {
    openTime,
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume),
  }
}
