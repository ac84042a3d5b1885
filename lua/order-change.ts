import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('order-change', {
  keys: ['order', 'open', 'ended', 'fills', 'parts', 'records'],
  args: [
    'id',
    'revision',
    'endedAt',
    'keepMs',
    'keepCount',
    'keepFills',
    'newFills',
    'newParts',
    'record',
    'keepRecords',
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
  /** the order as its record tells it */
  readonly record: string
  readonly keepRecords: number
  readonly channel: string
  readonly event: string
}

/** A strategy's part of a position that fills change; texts as they are stored, before being empty where there was none. */
export interface PartChange {
  readonly field: string
  readonly before: string
  readonly after: string
}

/** Fills of an order as they are stored, and what they change. */
export interface OrderFills {
  readonly fills: readonly string[]
  readonly parts: readonly PartChange[]
}

/** Whether the order was changed, and its new fills recorded; false when it or one of the parts has changed since. */
export async function orderChange(
  redis: Redis,
  keys: { order: string; open: string; ended: string; fills: string; parts: string; records: string },
  args: OrderChangeArgs & { keepFills: number },
  fields: Readonly<Record<string, string>>,
  news?: OrderFills,
): Promise<boolean> {
  const { fills = [], parts = [] } = news ?? {}
  const told = {
    ...args,
    newFills: JSON.stringify(fills),
    newParts: JSON.stringify(parts.map(({ field, before, after }) => [field, before, after])),
    'fields...': Object.entries(fields).flat(),
  }
  return (await script.run(redis, { keys, args: told })) === 1
}
