import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('alert-told', {
  keys: ['alert'],
  args: ['channel', 'bornAt', 'news', 'count'],
})

/** Notes what a channel was told; false when the cause is no longer the one that was told of. */
export async function alertTold(
  redis: Redis,
  keys: { alert: string },
  args: { channel: string; bornAt: string; news: number; count: number },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) === 1
}
