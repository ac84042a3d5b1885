import { setTimeout as sleep } from 'node:timers/promises'
import { DelayedError, Queue, RateLimitError, Worker } from 'bullmq'
import type { Job, Processor } from 'bullmq'
import { describeError } from '../model/errors.ts'
import type { Hub } from './hub.ts'
import { blockingOptions, commandOptions } from './redis.ts'
import { unlessSilent } from './unless-silent.ts'

// A worker that died is noticed when its lock has run out; its job fails then, because the next lap brings the same.
const lockMs = 10_000
const stalledCheckMs = 5_000
const retryAfterErrorMs = 1_000
const drainDelayS = 2
// Shorter, because a worker that found the queue taken is told of nothing when it is free again.
const orderedDrainDelayS = 0.5
const keptFailures = { count: 500, age: 24 * 3600 }
// Of a queue whose jobs must not be lost: what a dead worker had goes back to the head, as often as that happens.
const orderedLockMs = 3_000
const orderedStalledCheckMs = 1_000
const mostStalls = 1_000_000_000
// So high that it limits nothing: without a limiter a queue cannot be told to rest.
const idleLimiter = { max: 1_000_000, duration: 1_000 }
/** Real ms that closing waits for a Redis that does not answer, or for connections without work. */
const silentMs = 1_500
const lookEveryMs = 50

// Per worker the jobs that it has taken and of whose end Redis has not been told.
const underWay = new WeakMap<object, Set<Job>>()

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

/**
 * A worker with so many slots, which takes jobs from `run()` on; it comes back by itself when Redis does. What it had when
 * it died fails, or with `again` goes back to the queue.
 */
export function openWorker<D, R>(
  hub: Hub,
  name: string,
  slots: number,
  processor: Processor<D, R>,
  { again = false }: { readonly again?: boolean } = {},
): Worker<D, R> {
  const taken = new Set<Job>()
  const worker = new Worker<D, R>(name, noting(taken, slots, processor), {
    prefix: hub.keys.queuePrefix(),
    connection: blockingOptions(hub.endpoint, `worker ${name}`),
    concurrency: slots,
    autorun: false,
    lockDuration: lockMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: again ? mostStalls : 0,
    drainDelay: drainDelayS,
    runRetryDelay: retryAfterErrorMs,
    removeOnComplete: { count: 0 },
    removeOnFail: keptFailures,
  })
  note(worker, taken)
  quiet(hub, name, worker)
  return worker
}

/**
 * A queue whose jobs are done one after the other, in the order in which they were added, however many workers there
 * are and whichever of them dies. A job's id may be used again once the job is done.
 */
export async function openOrderedQueue<D>(hub: Hub, name: string): Promise<JobQueue<D>> {
  const queue: JobQueue<D> = new Queue(name, {
    prefix: hub.keys.queuePrefix(),
    connection: commandOptions(hub.endpoint, `queue ${name}`),
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    streams: { events: { maxLen: 100 } },
  })
  quiet(hub, name, queue)
  await queue.setGlobalConcurrency(1)
  return queue
}

/**
 * A worker of such a queue. To have a job again later, before any other, its processor calls `queue.rateLimit` and
 * throws `Worker.RateLimitError()`.
 */
export function openOrderedWorker<D>(hub: Hub, name: string, processor: Processor<D, void>): Worker<D, void> {
  const taken = new Set<Job>()
  const worker = new Worker<D, void>(name, noting(taken, 1, processor), {
    prefix: hub.keys.queuePrefix(),
    connection: blockingOptions(hub.endpoint, `worker ${name}`),
    concurrency: 1,
    autorun: false,
    lockDuration: orderedLockMs,
    stalledInterval: orderedStalledCheckMs,
    maxStalledCount: mostStalls,
    limiter: idleLimiter,
    maximumRateLimitDelay: 1_000,
    drainDelay: orderedDrainDelayS,
    runRetryDelay: retryAfterErrorMs,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  note(worker, taken)
  quiet(hub, name, worker)
  return worker
}

/**
 * Closes queues and workers, which finish what they have under way. While Redis is away that cannot be written down:
 * they are left after 1.5 s, and their jobs end as those of a process that died. So long after the last job they are left
 * in any case: BullMQ waits for ever for a blocking connection that was about to connect again.
 */
export async function closeAll(hub: Hub, ...all: readonly (Queue | Worker)[]): Promise<void> {
  const jobsOf = (each: Queue | Worker) => underWay.get(each)?.size ?? 0
  let isOver = false
  const closed = Promise.allSettled(all.map((each) => each.close())).then(() => void (isOver = true))
  let idleSince = performance.now()
  const idle = (async () => {
    while (!isOver && performance.now() - idleSince < silentMs) {
      if (all.some((each) => jobsOf(each) > 0)) idleSince = performance.now()
      await sleep(lookEveryMs)
    }
  })()
  const answers = await unlessSilent(hub.redis, Promise.race([closed, idle]), silentMs)
  if (isOver) return
  isOver = true
  for (const each of all) {
    const jobs = jobsOf(each)
    if (!answers && jobs > 0)
      hub.log.warn({ queue: each.name, jobs }, 'Redis does not answer: jobs are left unfinished')
    each.disconnect().catch(() => {})
  }
}

function note<D, R>(worker: Worker<D, R>, taken: Set<Job>): void {
  worker.on('completed', (job) => taken.delete(job))
  worker.on('failed', (job) => job !== undefined && taken.delete(job))
  underWay.set(worker, taken)
}

// Notes the jobs that a worker takes; those that go back to the queue are taken off here, the others as they end.
function noting<D, R>(taken: Set<Job>, slots: number, processor: Processor<D, R>): Processor<D, R> {
  return async (job, ...rest) => {
    // With every slot on the note, one job of it ended without an event, as when its lock was lost.
    const oldest = taken.values().next().value
    if (taken.size >= slots && oldest !== undefined) taken.delete(oldest)
    taken.add(job)
    try {
      return await processor(job, ...rest)
    } catch (error) {
      if (error instanceof DelayedError || error instanceof RateLimitError) taken.delete(job)
      throw error
    }
  }
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
