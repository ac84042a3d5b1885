import { QueueEvents } from 'bullmq'
import * as z from 'zod'
import type { Hub } from '../../lib/hub/hub.ts'
import { openQueue, openWorker, queueName } from '../../lib/hub/queues.ts'
import { blockingOptions } from '../../lib/hub/redis.ts'
import { fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { FetchResult } from '../../lib/market/kline-jobs.ts'

const resultSchema = z.object({ handedAt: z.number(), startedAt: z.number(), leftAt: z.number() })

/** Collects what the finished `kline.fetch` jobs tell of themselves. */
export async function watchFetchJobs(
  hub: Hub,
): Promise<{ readonly results: readonly FetchResult[]; reset(): void; stop(): Promise<void> }> {
  const name = fetchQueue(hub.config.exchange)
  const results: FetchResult[] = []
  const events = new QueueEvents(name, {
    prefix: hub.keys.queuePrefix(),
    connection: blockingOptions(hub.endpoint, `events ${name}`),
  })
  events.on('error', (error) => hub.log.warn({ err: error }, 'queue events'))
  events.on('completed', ({ returnvalue }) => {
    const value: unknown = returnvalue
    results.push(resultSchema.parse(typeof value === 'string' ? JSON.parse(value) : value))
  })
  await events.waitUntilReady()
  return { results, reset: () => void results.splice(0), stop: () => events.close() }
}

/**
 * Adds `perSecond` jobs a second that do nothing to a queue of the same kind, and collects how long each took from
 * just before it was added until it started, in ms.
 */
export function watchEmptyJobs(
  hub: Hub,
  perSecond: number,
): { readonly addToStartMs: readonly number[]; reset(): void; stop(): Promise<void> } {
  const name = queueName('empty', 'bench')
  const addToStartMs: number[] = []
  const queue = openQueue<{ readonly addedAt: number }>(hub, name)
  const worker = openWorker<{ readonly addedAt: number }, number>(hub, name, 8, async (job) => {
    addToStartMs.push(performance.now() - job.data.addedAt)
    return 0
  })
  worker.run().catch((error: unknown) => hub.log.error({ err: error }, 'worker ended'))
  const timer = setInterval(() => {
    queue
      .add('empty', { addedAt: performance.now() })
      .catch((error: unknown) => hub.log.warn({ err: error }, 'not added'))
  }, 1_000 / perSecond)
  return {
    addToStartMs,
    reset: () => void addToStartMs.splice(0),
    async stop() {
      clearInterval(timer)
      await Promise.allSettled([worker.close(), queue.close()])
    },
  }
}
