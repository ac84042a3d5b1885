import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('lease-take', { keys: ['lease'], args: ['token', 'ttl'] })

/** Whether the lease is `token`'s now, and how many ms it still runs for whoever holds it. */
export async function leaseTake(
  redis: Redis,
  keys: { lease: string },
  args: { token: string; ttl: number },
): Promise<{ held: boolean; ms: number }> {
  const [held, ms = 0] = (await script.run(redis, { keys, args })) as number[]
  return { held: held === 1, ms }
}
