import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('conditions-write', {
  keys: ['conditions', 'sequence'],
  args: ['channel', 'changes...'],
})

/** A condition that stands since a time, with JSON that begins with its text; `since` 0: it stands no longer. */
export interface ConditionChange {
  readonly name: string
  readonly since: number
  readonly rest: string
}

/** Raises and clears; gives the names of those that did not stand before, and of those that did. */
export async function conditionsWrite(
  redis: Redis,
  keys: { conditions: string; sequence: string },
  channel: string,
  changes: readonly ConditionChange[],
): Promise<{ raised: string[]; cleared: string[] }> {
  const answer = await script.run(redis, {
    keys,
    args: { channel, 'changes...': changes.flatMap(({ name, since, rest }) => [name, since, rest]) },
  })
  const [raised, cleared] = answer as [string[], string[]]
  return { raised, cleared }
}
