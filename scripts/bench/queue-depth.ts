import type { Hub } from '../../lib/hub/hub.ts'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'

const sampleEveryMs = 50

/** Samples how many fetch jobs wait, delayed ones included, every 50 ms; `reset` gives the most since the last reset. */
export function watchQueue(hub: Hub): { reset(): number; stop(): Promise<void> } {
  const counts = openQueueCounts(hub, hub.config.exchange, ['kline'])
  let most = 0
  const sample = async () => {
    const [queue] = await counts.read()
    if (queue !== undefined) most = Math.max(most, queue.waiting + queue.delayed)
  }
  const timer = setInterval(() => {
    sample().catch((error: unknown) => hub.log.warn({ err: error }, 'the queue was not counted'))
  }, sampleEveryMs)
  return {
    reset() {
      const since = most
      most = 0
      return since
    },
    async stop() {
      clearInterval(timer)
      await counts.close()
    },
  }
}
