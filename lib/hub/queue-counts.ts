import type { Hub } from './hub.ts'
import { closeAll, openQueue, queueName } from './queues.ts'

/** How many jobs of a queue are in each state. */
export interface QueueCounts {
  /** kind and venue, such as `kline-binanceusdm` */
  readonly name: string
  readonly kind: string
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  readonly failed: number
}

/** The kinds of jobs that have a queue at each venue. */
export const queueKinds = ['kline', 'backfill'] as const

/** Opens the venue's queues for counting. `read` rejects while Redis is away. */
export function openQueueCounts(
  hub: Hub,
  venue: string,
  kinds: readonly string[] = queueKinds,
): { read(): Promise<QueueCounts[]>; close(): Promise<void> } {
  const queues = kinds.map((kind) => ({ kind, queue: openQueue(hub, queueName(kind, venue)) }))
  return {
    read: () =>
      Promise.all(
        queues.map(async ({ kind, queue }) => {
          const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed')
          return {
            name: `${kind}-${venue}`,
            kind,
            waiting: (counts['wait'] ?? 0) + (counts['prioritized'] ?? 0),
            active: counts['active'] ?? 0,
            delayed: counts['delayed'] ?? 0,
            failed: counts['failed'] ?? 0,
          }
        }),
      ),
    close: () => closeAll(hub, ...queues.map(({ queue }) => queue)),
  }
}
