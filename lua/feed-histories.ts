import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('feed-histories', { keys: ['sequence', 'klines...'], args: ['count'] })

/** The last `count` klines of each symbol as stored text, oldest first, at one place of the feed. */
export async function feedHistories(
  redis: Redis,
  keys: { sequence: string; klines: readonly string[] },
  args: { count: number },
): Promise<{ epoch: number; sequence: number; rows: string[][] }> {
  const answer = await script.run(redis, {
    keys: { sequence: keys.sequence, 'klines...': keys.klines },
    args,
  })
  const [epoch, sequence, ...rows] = answer as [string, string, ...string[][]]
  return { epoch: Number(epoch), sequence: Number(sequence), rows }
}
