import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('ban-lift', { keys: ['bans'], args: ['symbol', 'ban'] })

/** Lifts a ban that is still the one that was read; false when it is not. */
export async function banLift(
  redis: Redis,
  keys: { bans: string },
  args: { symbol: string; ban: string },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) === 1
}
