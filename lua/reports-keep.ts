import type { Redis } from 'ioredis'
import { flattenWords } from './positions-merge.ts'
import type { WordOf } from './positions-merge.ts'
import { loadScript } from './script.ts'

const script = loadScript('reports-keep', {
  keys: ['reports', 'sources'],
  args: ['heard', 'askedAt', 'byTime', 'words...'],
})

/** Keeps what a source said last; gives how many of the words are its last now. Each is JSON of time, ordinal, askedAt. */
export async function reportsKeep(
  redis: Redis,
  keys: { reports: string; sources: string },
  args: { heard: string; askedAt: number; byTime: boolean },
  words: readonly WordOf[],
): Promise<number> {
  const answer = await script.run(redis, {
    keys,
    args: {
      ...args,
      byTime: args.byTime ? 1 : 0,
      'words...': flattenWords(words),
    },
  })
  return Number(answer)
}
