import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('cursor-advance', { keys: ['lease', 'lane', 'cursor'], args: ['token', 'count'] })

/** What a lane handed out: its next symbols, after `turn` that were handed out before; or why it did not. */
export type Handout =
  | { readonly outcome: 'handed'; readonly turn: number; readonly symbols: string[] }
  | { readonly outcome: 'not-leader' }
  | { readonly outcome: 'empty' }

/** The next `count` symbols at most; never more than the lane holds. */
export async function cursorAdvance(
  redis: Redis,
  keys: { lease: string; lane: string; cursor: string },
  args: { token: string; count: number },
): Promise<Handout> {
  const [turn, ...symbols] = (await script.run(redis, { keys, args })) as [number, ...string[]]
  if (turn === -1) return { outcome: 'not-leader' }
  if (turn === -2) return { outcome: 'empty' }
  return { outcome: 'handed', turn, symbols }
}
