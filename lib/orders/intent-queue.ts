import { openQueue, queueName } from '../hub/queues.ts'
import type { JobQueue } from '../hub/queues.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Intent } from '../model/intent.ts'

/** The queue of what is wanted on an account. */
export type IntentQueue = JobQueue<Intent>

/** Names an account's queue of intents. */
export function intentQueueName({ venue, account }: AccountOf): string {
  return queueName('order', `${venue}-${account}`)
}

/** A queue to hand intents to; it refuses at once while Redis is away. */
export function openIntentQueue(hub: Hub, of: AccountOf): IntentQueue {
  return openQueue(hub, intentQueueName(of))
}

/** Hands an intent on, once: while its job is there, the same intent adds no other. */
export async function handIntent(queue: IntentQueue, intent: Intent): Promise<void> {
  await queue.add(intent.class, intent, { jobId: intent.id })
}
