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
    'part',
    'partBefore',
    'partAfter',
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

/** Fills of an order, and the strategy's part of the position that they change; texts as they are stored. */
export interface OrderFills {
  readonly fills: readonly string[]
  readonly part: { readonly field: string; readonly before: string; readonly after: string }
}

/** Whether the order was changed, and its new fills recorded; false when it or the part has changed since. */
export async function orderChange(
  redis: Redis,
  keys: { order: string; open: string; ended: string; fills: string; parts: string; records: string },
  args: OrderChangeArgs & { keepFills: number },
  fields: Readonly<Record<string, string>>,
  news?: OrderFills,
): Promise<boolean> {
  const { fills = [], part } = news ?? {}
  const told = {
    ...args,
    newFills: JSON.stringify(fills),
    part: part?.field ?? '',
    partBefore: part?.before ?? '',
    partAfter: part?.after ?? '',
    'fields...': Object.entries(fields).flat(),
  }
  return (await script.run(redis, { keys, args: told })) === 1
}
