import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('paper-fund', {
  keys: ['lease', 'positions', 'strategyPositions', 'income'],
  args: ['token', 'field', 'before', 'after', 'income', 'keepIncome', 'channel', 'event', 'parts...'],
})

/** A stored position before and after a change. */
export interface PositionChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

/** Whether the funding was recorded; false when something has changed since, or the lease is another's. */
export async function paperFund(
  redis: Redis,
  keys: { lease: string; positions: string; strategyPositions: string; income: string },
  args: PositionChange & {
    token: string
    income: string
    keepIncome: number
    channel: string
    event: string
  },
  parts: readonly PositionChange[],
): Promise<boolean> {
  const flat = parts.flatMap(({ field, before, after }) => [field, before, after])
  return (await script.run(redis, { keys, args: { ...args, 'parts...': flat } })) === 1
}
