import { createHash } from 'node:crypto'
import type { Hub } from '../hub/hub.ts'
import { openOrderedQueue, queueName } from '../hub/queues.ts'
import type { JobQueue } from '../hub/queues.ts'
import type { ChannelName } from '../model/alert.ts'

/** `alert.tell`: tell a channel what it does not know of a cause yet. What that is, is read when it is told. */
export interface AlertJob {
  readonly cause: string
  /** causes whose news goes in one message with it, itself included; undefined until a message was made */
  readonly together?: readonly string[]
}

/** The queue of one channel, in which no cause stands twice. */
export function alertQueue(channel: ChannelName): string {
  return queueName('alert', channel)
}

/** Opens a channel's queue. */
export function openAlertQueue(hub: Hub, channel: ChannelName): Promise<JobQueue<AlertJob>> {
  return openOrderedQueue<AlertJob>(hub, alertQueue(channel))
}

/** Adds a cause to a channel's queue, unless it waits there already. */
export async function addAlertJob(queue: JobQueue<AlertJob>, cause: string): Promise<void> {
  // BullMQ keeps colons for itself.
  const jobId = `c${createHash('sha256').update(cause).digest('hex').slice(0, 32)}`
  await queue.add('alert.tell', { cause }, { jobId })
}
