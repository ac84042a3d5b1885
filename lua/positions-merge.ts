import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('positions-merge', {
  keys: ['positions', 'sources', 'sequence'],
  args: ['channel', 'source', 'askedAt', 'complete', 'settleMs', 'flatten', 'words...'],
})

/** What one source said of one record, as the script takes it. */
export interface WordOf {
  /** `SYMBOL/side` of a position, or an asset */
  readonly place: string
  /** JSON: group -> name -> [value, source, time, askedAt, ordinal] */
  readonly word: string
}

/** Lua's unpack takes at most 7,999 values; and one call must not hold Redis for long. */
export const mostWords = 2_000

/**
 * Merges words on positions; `changed` are the records that tell something else than before, `questions` those that are
 * open and that a complete snapshot lacks which was asked for `settleMs` after their time.
 */
export async function positionsMerge(
  redis: Redis,
  keys: { positions: string; sources: string; sequence: string },
  args: {
    channel: string
    source: string
    askedAt: number
    complete: boolean
    settleMs: number
    flatten: boolean
  },
  words: readonly WordOf[],
): Promise<{ sequence: number; changed: string[]; questions: string[] }> {
  if (words.length > mostWords) throw new RangeError(`at most ${mostWords} words, were ${words.length}`)
  const { complete, flatten, ...others } = args
  const answer = await script.run(redis, {
    keys,
    args: {
      ...others,
      complete: complete ? 1 : 0,
      flatten: flatten ? 1 : 0,
      'words...': words.flatMap(({ place, word }) => [place, word]),
    },
  })
  const [sequence, changed, questions] = answer as [number, string[], string[]]
  return { sequence, changed, questions }
}
