import { foldLog } from '../../lib/hub/fold-log.ts'
import { closeAll, openWorker } from '../../lib/hub/queues.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { Intent } from '../../lib/model/intent.ts'
import { handIntent, intentQueueName, openIntentQueue } from '../../lib/orders/intent-queue.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'

/** The queue of an account's intents, being served. */
export interface Serving {
  /** takes jobs from now on, first those that a process which died had taken; or takes none any more */
  lead(leads: boolean): void
  /** puts an intent of this process's own into the queue */
  hand(intent: Intent): Promise<void>
  stop(): Promise<void>
}

const slots = 32

/** Serves an account's intents while it leads. Whatever happens to a job, its intent is claimed once at most. */
export function serveIntents(desk: OrderDesk): Serving {
  const { hub, of } = desk.path
  const fold = foldLog(hub.log)
  const queue = openIntentQueue(hub, of)
  const worker = openWorker<Intent, void>(hub, intentQueueName(of), slots, async ({ data }) => serve(data), {
    again: true,
  })
  let started = false

  async function serve(intent: Intent): Promise<void> {
    const { id, symbol, signalId } = intent
    try {
      const outcome = await desk.submit(intent)
      if (outcome.outcome === 'denied')
        fold(`an intent was denied: ${outcome.reason}`, { id, symbol, signalId })
    } catch (error) {
      hub.log.error({ id, symbol, signalId, error: describeError(error) }, 'an intent could not be sent')
    }
  }

  // Their locks run out in a while; an intent that cannot wait must not.
  async function takeOver(): Promise<void> {
    const jobs = await queue.getActive()
    await Promise.all(jobs.map(({ data }) => serve(data)))
  }

  return {
    lead(leads) {
      if (!leads) {
        if (started) void worker.pause(true)
        return
      }
      takeOver().catch((error: unknown) =>
        hub.log.warn({ error: describeError(error) }, 'what another process had taken was not read'),
      )
      if (started) void worker.resume()
      else void worker.run()
      started = true
    },
    hand: (intent) => handIntent(queue, intent),
    stop: () => closeAll(hub, worker, queue),
  }
}
