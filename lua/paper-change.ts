import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('paper-change', {
  keys: ['order', 'open', 'ended'],
  args: ['id', 'revision', 'endedAt', 'keepMs', 'keepCount', 'channel', 'event', 'fields...'],
})

/** What a change of an order is recorded with. */
export interface PaperChangeArgs {
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

/** Whether the order was changed; false when it has another revision by now. */
export async function paperChange(
  redis: Redis,
  keys: { order: string; open: string; ended: string },
  args: PaperChangeArgs,
  fields: Readonly<Record<string, string>>,
): Promise<boolean> {
  return (
    (await script.run(redis, { keys, args: { ...args, 'fields...': Object.entries(fields).flat() } })) === 1
  )
}
