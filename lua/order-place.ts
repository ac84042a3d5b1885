import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('order-place', {
  keys: ['order', 'open', 'records'],
  args: ['id', 'submittedAt', 'record', 'keepRecords', 'channel', 'event', 'fields...'],
})

/** Whether the order is new; false when its id was placed before. */
export async function orderPlace(
  redis: Redis,
  keys: { order: string; open: string; records: string },
  args: {
    id: string
    submittedAt: number
    record: string
    keepRecords: number
    channel: string
    event: string
  },
  fields: Readonly<Record<string, string>>,
): Promise<boolean> {
  return (
    (await script.run(redis, { keys, args: { ...args, 'fields...': Object.entries(fields).flat() } })) === 1
  )
}
