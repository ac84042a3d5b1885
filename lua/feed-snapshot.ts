import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('feed-snapshot', {
  keys: ['sequence', 'tickers', 'tickerPolls', 'series...'],
  args: [],
})

/** What a reader begins with; all values are stored text. */
export interface FeedSnapshot {
  readonly epoch: number
  readonly sequence: number
  /** symbol, ticker, symbol, ticker… */
  readonly tickers: readonly string[]
  readonly tickersPolledAt: number
  /** per interval, in the order asked for: symbol, head… and symbol, polled at… */
  readonly series: readonly { readonly heads: readonly string[]; readonly polls: readonly string[] }[]
}

/** The heads of the given intervals and the tickers, at one place of the feed. */
export async function feedSnapshot(
  redis: Redis,
  keys: {
    sequence: string
    tickers: string
    tickerPolls: string
    series: readonly { heads: string; polls: string }[]
  },
): Promise<FeedSnapshot> {
  const { series, ...others } = keys
  const answer = await script.run(redis, {
    keys: { ...others, 'series...': series.flatMap(({ heads, polls }) => [heads, polls]) },
    args: {},
  })
  const [epoch, sequence, tickers, tickersPolledAt, ...hashes] = answer as [
    string,
    string,
    string[],
    string,
    ...string[][],
  ]
  return {
    epoch: Number(epoch),
    sequence: Number(sequence),
    tickers,
    tickersPolledAt: Number(tickersPolledAt),
    series: series.map((_, i) => ({ heads: hashes[2 * i] ?? [], polls: hashes[2 * i + 1] ?? [] })),
  }
}
