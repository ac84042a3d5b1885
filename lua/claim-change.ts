import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('claim-change', { keys: ['claims', 'reserved'], args: ['id', 'before', 'after'] })

/** Writes a claim that was judged as `before`, and releases what it holds no longer. */
export async function claimChange(
  redis: Redis,
  keys: { claims: string; reserved: string },
  args: { id: string; before: string; after: string },
): Promise<'written' | 'changed since' | 'gone'> {
  const code = Number(await script.run(redis, { keys, args }))
  return code === 1 ? 'written' : code === 0 ? 'changed since' : 'gone'
}
