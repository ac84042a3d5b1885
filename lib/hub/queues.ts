import { Queue, Worker } from 'bullmq'
import type { Processor } from 'bullmq'
import { describeError } from '../model/errors.ts'
import type { Hub } from './hub.ts'
import { blockingOptions, commandOptions } from './redis.ts'

// A worker that died is noticed when its lock has run out; its job fails then, because the next lap brings the same.
const lockMs = 10_000
const stalledCheckMs = 5_000
const retryAfterErrorMs = 1_000
const drainDelayS = 2
const keptFailures = { count: 500, age: 24 * 3600 }

/** The queue of one kind of job at one venue. The braces keep its keys in one cluster slot. */
export function queueName(kind: string, venue: string): string {
  return `{${kind}-${venue}}`
}

/** A queue of jobs with data `D`. */
export type JobQueue<D> = Queue<D, unknown, string, D, unknown, string>

/** A queue to add jobs to; it refuses at once while Redis is away. */
export function openQueue<D>(hub: Hub, name: string): JobQueue<D> {
  const queue: JobQueue<D> = new Queue(name, {
    prefix: hub.keys.queuePrefix(),
    connection: commandOptions(hub.endpoint, `queue ${name}`),
    defaultJobOptions: { removeOnComplete: true, removeOnFail: keptFailures, attempts: 1 },
  })
  quiet(hub, name, queue)
  return queue
}

/** A worker with so many slots, which takes jobs from `run()` on; it comes back by itself when Redis does. */
export function openWorker<D, R>(
  hub: Hub,
  name: string,
  slots: number,
  processor: Processor<D, R>,
): Worker<D, R> {
  const worker = new Worker<D, R>(name, processor, {
    prefix: hub.keys.queuePrefix(),
    connection: blockingOptions(hub.endpoint, `worker ${name}`),
    concurrency: slots,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: 0,
    drainDelay: drainDelayS,
    runRetryDelay: retryAfterErrorMs,
    removeOnComplete: { count: 0 },
    removeOnFail: keptFailures,
  })
  quiet(hub, name, worker)
  return worker
}

/** Closes queues and workers, which finish what they have under way; also while Redis is away. */
export async function closeAll(...all: readonly { close(): Promise<void> }[]): Promise<void> {
  // A connection that is gone has nothing left to be closed politely.
  await Promise.allSettled(all.map((each) => each.close()))
}

// While Redis is away every command fails the same way; the hub has said so already.
function quiet(
  hub: Hub,
  name: string,
  source: { on(event: 'error', listener: (error: Error) => void): unknown },
): void {
  let lastMessage = ''
  source.on('error', (error) => {
    const message = describeError(error)
    if (hub.redis.status !== 'ready' || message === lastMessage) return
    lastMessage = message
    hub.log.warn({ queue: name, error: message }, 'queue error')
  })
}
