import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('lease-release', { keys: ['lease'], args: ['token'] })

/** Whether the lease was `token`'s; it is free then. */
export async function leaseRelease(
  redis: Redis,
  keys: { lease: string },
  args: { token: string },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) === 1
}
