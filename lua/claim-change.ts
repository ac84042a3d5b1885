import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('claim-change', {
  keys: ['claims', 'open', 'ended', 'reserved'],
  args: ['id', 'before', 'after', 'endedAt', 'keepMs', 'channel'],
})

/**
 * Writes a claim that was judged as `before`, and releases what it holds no longer, which is published; `endedAt` 0: it goes
 * on.
 */
export async function claimChange(
  redis: Redis,
  keys: { claims: string; open: string; ended: string; reserved: string },
  args: { id: string; before: string; after: string; endedAt: number; keepMs: number; channel: string },
): Promise<'written' | 'changed since' | 'gone'> {
  const code = Number(await script.run(redis, { keys, args }))
  return code === 1 ? 'written' : code === 0 ? 'changed since' : 'gone'
}
