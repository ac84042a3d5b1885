import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('ladder-write', {
  keys: ['lease', 'ladders'],
  args: ['token', 'place', 'ladder'],
})

/** Keeps a ladder's JSON under its `SYMBOL/side`, or forgets it where that is empty; false when another leads. */
export async function ladderWrite(
  redis: Redis,
  keys: { lease: string; ladders: string },
  args: { token: string; place: string; ladder: string },
): Promise<boolean> {
  return (await script.run(redis, { keys, args })) !== 0
}
