import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('positions-absent', {
  keys: ['positions', 'sources'],
  args: ['source', 'askedAt', 'complete', 'settleMs', 'answers', 'told...'],
})

/** A record that two sources' settled snapshots lacked, its time (0 none) and when the earlier of them was asked for. */
export interface FlatRecord {
  readonly place: string
  readonly time: number
  readonly askedAt: number
}

/**
 * Which records a complete snapshot lacks: `questions` to the venue, and, where it answers none, what is flat. There it
 * is called after every merge, of what is no complete snapshot too.
 */
export async function positionsAbsent(
  redis: Redis,
  keys: { positions: string; sources: string },
  args: { source: string; askedAt: number; complete: boolean; settleMs: number; answers: boolean },
  told: readonly string[],
): Promise<{ questions: string[]; flat: FlatRecord[] }> {
  const answer = await script.run(redis, {
    keys,
    args: { ...args, complete: args.complete ? 1 : 0, answers: args.answers ? 1 : 0, 'told...': told },
  })
  const [questions, ...parts] = answer as [string[], ...(string | number)[]]
  const flat: FlatRecord[] = []
  for (let at = 0; at < parts.length; at += 3)
    flat.push({ place: String(parts[at]), time: Number(parts[at + 1]), askedAt: Number(parts[at + 2]) })
  return { questions, flat }
}
