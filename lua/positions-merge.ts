import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('positions-merge', {
  keys: ['positions', 'sequence'],
  args: ['channel', 'source', 'settleMs', 'words...'],
})

/** What one source said of one record, as the script takes it. */
export interface WordOf {
  /** `SYMBOL/side` of a position, or an asset */
  readonly place: string
  /** JSON: group -> name -> [value, source, time, askedAt, ordinal] */
  readonly word: string
}

// One call must not hold Redis for long.
const mostWords = 2_000

/** Merges words on positions; `changed` are the records that tell something else than before. */
export async function positionsMerge(
  redis: Redis,
  keys: { positions: string; sequence: string },
  args: { channel: string; source: string; settleMs: number },
  words: readonly WordOf[],
): Promise<{ sequence: number; changed: string[] }> {
  const answer = await script.run(redis, { keys, args: { ...args, 'words...': flattenWords(words) } })
  const [sequence, changed] = answer as [number, string[]]
  return { sequence, changed }
}

/** The words as a script takes them. */
export function flattenWords(words: readonly WordOf[]): string[] {
  if (words.length > mostWords) throw new RangeError(`at most ${mostWords} words, were ${words.length}`)
  return words.flatMap(({ place, word }) => [place, word])
}
