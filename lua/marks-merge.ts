import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('marks-merge', { keys: ['marks', 'polls'], args: ['polledAt', 'rows...'] })

// Lua's unpack takes at most 7,999 values, two of which make one row.
const mostRows = 3_500

/** Merges at most 3,500 marks of different symbols, each a stored JSON object that begins with its time. */
export async function marksMerge(
  redis: Redis,
  keys: { marks: string; polls: string },
  args: { polledAt: number },
  rows: readonly { readonly symbol: string; readonly row: string }[],
): Promise<{ won: number; older: number }> {
  if (rows.length > mostRows) throw new RangeError(`at most ${mostRows} rows, were ${rows.length}`)
  const flat = rows.flatMap(({ symbol, row }) => [symbol, row])
  const answer = await script.run(redis, { keys, args: { ...args, 'rows...': flat } })
  const [won = 0, older = 0] = answer as number[]
  return { won, older }
}
