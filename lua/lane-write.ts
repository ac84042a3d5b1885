import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('lane-write', { keys: ['lease', 'lane', 'cursor'], args: ['token', 'symbols...'] })

/** How a lane was changed, in symbols; undefined: the lease is another's and nothing was changed. */
export async function laneWrite(
  redis: Redis,
  keys: { lease: string; lane: string; cursor: string },
  args: { token: string; symbols: readonly string[] },
): Promise<{ added: number; removed: number } | undefined> {
  const call = { keys, args: { token: args.token, 'symbols...': args.symbols } }
  const [added = 0, removed = 0] = (await script.run(redis, call)) as number[]
  return added === -1 ? undefined : { added, removed }
}
