import type { Redis } from 'ioredis'
import { flattenWords } from './positions-merge.ts'
import type { WordOf } from './positions-merge.ts'
import { loadScript } from './script.ts'

const script = loadScript('balances-merge', {
  keys: ['balances', 'sources', 'sequence'],
  args: ['channel', 'source', 'askedAt', 'complete', 'settleMs', 'words...'],
})

/** Merges words on balances; `changed` are the assets of which something else is told than before. */
export async function balancesMerge(
  redis: Redis,
  keys: { balances: string; sources: string; sequence: string },
  args: { channel: string; source: string; askedAt: number; complete: boolean; settleMs: number },
  words: readonly WordOf[],
): Promise<{ sequence: number; changed: string[] }> {
  const answer = await script.run(redis, {
    keys,
    args: {
      ...args,
      complete: args.complete ? 1 : 0,
      'words...': flattenWords(words),
    },
  })
  const [sequence, changed] = answer as [number, string[]]
  return { sequence, changed }
}
