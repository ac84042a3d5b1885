import { DelayedError } from 'bullmq'
import type { Job, Processor, Worker } from 'bullmq'
import type { Egress } from '../../lib/egress/egress.ts'
import { RetryLaterError } from '../../lib/model/errors.ts'
import type { KlineActor } from './fetch-klines.ts'

// Real ms after which a job that went back may be taken by a process whose address is open.
const backMs = 20

/**
 * A processor that never keeps a job waiting in a slot for a closed address: the job goes back to its queue, and
 * `worker` takes no other one until the address opens, so that it takes none away from those who can work.
 */
export function whileOpen<D, R>(
  actor: KlineActor,
  worker: () => Worker<D, R>,
  process: (job: Job<D>) => Promise<R>,
): Processor<D, R> {
  const isClosed = () => actor.egress.closedUntil() > Date.now()
  return async (job, token) => {
    const goBack = async (): Promise<never> => {
      rest(worker(), actor.egress)
      await job.moveToDelayed(Date.now() + backMs, token)
      throw new DelayedError()
    }
    if (isClosed()) return goBack()
    try {
      return await process(job as Job<D>)
    } catch (error) {
      if (error instanceof RetryLaterError && isClosed()) return goBack()
      actor.failures += 1
      actor.hub.log.warn({ job: job.name, data: job.data, err: error }, 'job failed')
      throw error
    }
  }
}

function rest<D, R>(worker: Worker<D, R>, egress: Egress): void {
  if (worker.isPaused()) return
  void worker.pause(true)
  const goOn = () => {
    const leftMs = egress.closedUntil() - Date.now()
    if (leftMs > 0) setTimeout(goOn, leftMs).unref()
    else if (worker.closing === undefined) void worker.resume()
  }
  goOn()
}
