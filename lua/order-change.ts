import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('order-change', {
  keys: ['order', 'open', 'ended', 'fills'],
  args: [
    'id',
    'revision',
    'endedAt',
    'keepMs',
    'keepCount',
    'keepFills',
    'newFills',
    'channel',
    'event',
    'fields...',
  ],
})

/** What a change of an order is recorded with. */
export interface OrderChangeArgs {
  readonly id: string
  /** the order's revision that was judged */
  readonly revision: number
  /** venue time of the order's end; 0 it goes on */
  readonly endedAt: number
  readonly keepMs: number
  readonly keepCount: number
  readonly channel: string
  readonly event: string
}

/** Whether the order was changed, and its new fills recorded; false when it has another revision by now. */
export async function orderChange(
  redis: Redis,
  keys: { order: string; open: string; ended: string; fills: string },
  args: OrderChangeArgs & { keepFills: number },
  fields: Readonly<Record<string, string>>,
  newFills: readonly string[] = [],
): Promise<boolean> {
  const told = { ...args, newFills: JSON.stringify(newFills), 'fields...': Object.entries(fields).flat() }
  return (await script.run(redis, { keys, args: told })) === 1
}
