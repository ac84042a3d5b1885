import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('flatten-begin', { keys: ['flatten'], args: ['request'] })

/** Asks for an account to be flattened; false when that is under way. */
export async function flattenBegin(
  redis: Redis,
  keys: { flatten: string },
  args: { request: string },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) === 1
}
