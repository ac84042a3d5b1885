import type { Redis } from 'ioredis'
import type { OrderChangeArgs } from './order-change.ts'
import { loadScript } from './script.ts'

const script = loadScript('paper-fill', {
  keys: ['lease', 'order', 'open', 'ended', 'positions', 'strategyPositions', 'fills', 'records'],
  args: [
    'token',
    'id',
    'revision',
    'endedAt',
    'keepMs',
    'keepCount',
    'keepFills',
    'field',
    'before',
    'after',
    'strategyField',
    'strategyBefore',
    'strategyAfter',
    'fill',
    'record',
    'keepRecords',
    'channel',
    'event',
    'fields...',
  ],
})

/** What a fill is recorded with. */
export interface PaperFillArgs extends OrderChangeArgs {
  readonly token: string
  readonly keepFills: number
  readonly field: string
  readonly before: string
  readonly after: string
  readonly strategyField: string
  readonly strategyBefore: string
  readonly strategyAfter: string
  readonly fill: string
}

const outcomes: Readonly<Record<number, 'recorded' | 'changed since' | 'not ours'>> = {
  [1]: 'recorded',
  [0]: 'changed since',
  [-1]: 'not ours',
}

/** Whether the fill was recorded, or what stood against it. */
export async function paperFill(
  redis: Redis,
  keys: Readonly<
    Record<
      'lease' | 'order' | 'open' | 'ended' | 'positions' | 'strategyPositions' | 'fills' | 'records',
      string
    >
  >,
  args: PaperFillArgs,
  fields: Readonly<Record<string, string>>,
): Promise<'recorded' | 'changed since' | 'not ours'> {
  const answer = await script.run(redis, {
    keys,
    args: { ...args, 'fields...': Object.entries(fields).flat() },
  })
  return outcomes[Number(answer)] ?? 'changed since'
}
