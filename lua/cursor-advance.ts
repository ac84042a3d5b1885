import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('cursor-advance', { keys: ['lease', 'lane', 'cursor'], args: ['token', 'count'] })

/** What a lane handed out: its next symbols, in order; or why it did not. */
export type Handout =
  | { readonly outcome: 'handed'; readonly symbols: string[] }
  | { readonly outcome: 'not-leader' }
  | { readonly outcome: 'empty' }

/** The next `count` symbols at most; never more than the lane holds. */
export async function cursorAdvance(
  redis: Redis,
  keys: { lease: string; lane: string; cursor: string },
  args: { token: string; count: number },
): Promise<Handout> {
  const answer = (await script.run(redis, { keys, args })) as string | string[] | -1 | -2
  if (answer === -1) return { outcome: 'not-leader' }
  if (answer === -2) return { outcome: 'empty' }
  return { outcome: 'handed', symbols: typeof answer === 'string' ? [answer] : answer }
}
