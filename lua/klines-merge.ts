import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('klines-merge', {
  keys: ['heads', 'polls', 'sequence', 'klines...'],
  args: ['channel', 'seconds', 'retention', 'repair', 'groups', 'rows...'],
})

/** The candles of one symbol that a source told at once. */
export interface KlineGroup {
  readonly key: string
  readonly symbol: string
  readonly index: number
  /** venue time at which they were asked for; 0 when nobody asked (a stream) */
  readonly polledAt: number
  /** stored texts, oldest first, one per open time */
  readonly rows: readonly string[]
}

/** How many rows won, stood already, or were older; `sequence` is 0 when nothing was published. */
export interface MergeResult {
  readonly sequence: number
  readonly won: number
  readonly unchanged: number
  readonly older: number
}

// Lua's unpack takes at most 7,999 values, two of which make one row.
const mostRows = 3_500
const mostGroups = 3_500

/** Merges groups of one interval; at most 3,500 groups of at most 3,500 rows each. */
export async function klinesMerge(
  redis: Redis,
  keys: { heads: string; polls: string; sequence: string },
  args: { channel: string; seconds: number; retention: number; repair: boolean },
  groups: readonly KlineGroup[],
): Promise<MergeResult> {
  if (groups.length > mostGroups) throw new RangeError(`at most ${mostGroups} groups, were ${groups.length}`)
  // The script reads what stands once per group: a symbol told twice in one call would be written twice.
  if (new Set(groups.map(({ symbol }) => symbol)).size < groups.length)
    throw new RangeError('a symbol stands in two groups')
  const numbers: number[] = []
  const texts: string[] = []
  for (const group of groups) {
    if (group.rows.length > mostRows)
      throw new RangeError(`at most ${mostRows} rows, were ${group.rows.length}`)
    numbers.push(group.index, group.polledAt, group.rows.length)
    texts.push(group.symbol)
    // The script walks along what stands: a row out of turn would be stored beside the version of it that stands.
    let before = ''
    for (const row of group.rows) {
      const openTime = row.slice(1, 14)
      if (openTime <= before) throw new RangeError(`rows must be oldest first, were ${before}, ${openTime}`)
      before = openTime
      texts.push(row)
    }
  }
  if (groups.length === 0) return { sequence: 0, won: 0, unchanged: 0, older: 0 }
  const answer = await script.run(redis, {
    keys: { ...keys, 'klines...': groups.map((group) => group.key) },
    args: { ...args, repair: args.repair ? 1 : 0, groups: JSON.stringify(numbers), 'rows...': texts },
  })
  const [sequence = 0, won = 0, unchanged = 0] = answer as number[]
  const rows = texts.length - groups.length
  return { sequence, won, unchanged, older: rows - won - unchanged }
}
