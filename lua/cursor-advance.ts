import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('cursor-advance', { keys: ['lease', 'lane', 'cursor'], args: ['token', 'count'] })

/** What a lane handed out: its next symbols, the first of which stands at `position`; or why it did not. */
export type Handout =
  | { readonly outcome: 'handed'; readonly position: number; readonly symbols: string[] }
  | { readonly outcome: 'not-leader' }
  | { readonly outcome: 'empty' }

/** The next `count` symbols at most; never more than the lane holds. */
export async function cursorAdvance(
  redis: Redis,
  keys: { lease: string; lane: string; cursor: string },
  args: { token: string; count: number },
): Promise<Handout> {
  const [position, ...symbols] = (await script.run(redis, { keys, args })) as [number, ...string[]]
  if (position === -1) return { outcome: 'not-leader' }
  if (position === -2) return { outcome: 'empty' }
  return { outcome: 'handed', position, symbols }
}
