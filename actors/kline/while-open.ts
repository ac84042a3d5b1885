import { DelayedError } from 'bullmq'
import type { Job, Processor } from 'bullmq'
import { RetryLaterError } from '../../lib/model/errors.ts'
import type { KlineActor } from './fetch-klines.ts'

/**
 * A processor that never keeps a job waiting in a slot for a closed address: the job goes back to its queue until the
 * address opens, and no other one is taken meanwhile.
 */
export function whileOpen<D, R>(actor: KlineActor, process: (job: Job<D>) => Promise<R>): Processor<D, R> {
  return async (job, token) => {
    const goBack = async (): Promise<never> => {
      await job.moveToDelayed(actor.egress.closedUntil(), token)
      throw new DelayedError()
    }
    if (actor.egress.closedUntil() > Date.now()) return goBack()
    try {
      return await process(job as Job<D>)
    } catch (error) {
      if (error instanceof RetryLaterError && actor.egress.closedUntil() > Date.now()) return goBack()
      actor.failures += 1
      actor.hub.log.warn({ job: job.name, data: job.data, err: error }, 'job failed')
      throw error
    }
  }
}
