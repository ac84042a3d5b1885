import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('tickers-merge', {
  keys: ['tickers', 'polls', 'sequence'],
  args: ['channel', 'polledAt', 'rows...'],
})

/** One symbol's ticker as stored text. */
export interface TickerRow {
  readonly symbol: string
  readonly index: number
  readonly row: string
}

// Lua's unpack takes at most 7,999 values, two of which make one row.
const mostRows = 3_500

/** Merges at most 3,500 tickers of different symbols; `sequence` is 0 when nothing was published. */
export async function tickersMerge(
  redis: Redis,
  keys: { tickers: string; polls: string; sequence: string },
  args: { channel: string; polledAt: number },
  rows: readonly TickerRow[],
): Promise<{ sequence: number; won: number; older: number }> {
  if (rows.length > mostRows) throw new RangeError(`at most ${mostRows} rows, were ${rows.length}`)
  const flat = rows.flatMap(({ symbol, index, row }) => [symbol, index, row])
  const answer = await script.run(redis, { keys, args: { ...args, 'rows...': flat } })
  const [sequence = 0, won = 0, older = 0] = answer as number[]
  return { sequence, won, older }
}
