import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'bullmq'
import type { Job } from 'bullmq'
import { alertTold } from '../../lua/alert-told.ts'
import type { Hub } from '../hub/hub.ts'
import { closeAll, openOrderedWorker } from '../hub/queues.ts'
import type { JobQueue } from '../hub/queues.ts'
import { describeError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'
import type { AlertJob } from './alert-jobs.ts'
import { alertQueue } from './alert-jobs.ts'
import { readAlert } from './alerts.ts'
import type { Channel } from './channel.ts'
import { composeMessage } from './compose-message.ts'
import type { Composed, News } from './compose-message.ts'
import { createPace } from './pace.ts'

// Real ms. After an outage the next try comes this soon at the latest; what a channel asks for is waited for, in reason.
const firstPauseMs = 250
const longestPauseMs = 2_000
const longestAskedMs = 600_000
const shortWaitMs = 1_200
// When telling one by one would take longer, causes share messages.
const mostBacklogMs = 4_000
const noteAgainMs = 250
const noteForMs = 60_000
const mostTogether = 200

/** Counts since the start; `pausedUntil` is real ms, 0 while all is well. */
export interface DeliveryCounts {
  readonly sent: number
  readonly refused: number
  readonly failures: number
  readonly pausedUntil: number
}

/** Serves one channel's queue. */
export interface Delivery {
  counts(): DeliveryCounts
  stop(): Promise<void>
}

/**
 * Tells one channel what is in its queue, in order. What the channel cannot take now is told later, for as long as it
 * is remembered: the pauses are bounded, their number is not. What it refuses for good is logged and left.
 */
export function startDelivery(hub: Hub, channel: Channel, queue: JobQueue<AlertJob>): Delivery {
  const { name, limits } = channel
  const log = hub.log.child({ channel: name })
  const pace = createPace(limits)
  // What was sent and could not be noted, because Redis was away just then, is not sent again.
  const sentNews = new Map<string, number>()
  let sent = 0
  let refused = 0
  let failures = 0
  let failuresInRow = 0
  let pausedUntil = 0

  const worker = openOrderedWorker<AlertJob>(hub, alertQueue(name), tell)
  worker.on('failed', (job, error) =>
    log.error({ cause: job?.data.cause, error: describeError(error) }, 'an alert was not told'),
  )
  worker.run().catch((error: unknown) => log.error({ err: error }, 'worker ended'))

  async function tell(job: Job<AlertJob>): Promise<void> {
    const composed = await compose(job)
    if (composed === undefined) return
    const waitMs = pace.waitMs(Date.now())
    if (waitMs > shortWaitMs) return rest(waitMs)
    await sleep(waitMs)
    pace.left(Date.now())
    try {
      await channel.send(composed)
      sent += 1
      if (failuresInRow > 0) log.info({ failures: failuresInRow }, 'the channel takes alerts again')
      failuresInRow = 0
      pausedUntil = 0
    } catch (error) {
      if (error instanceof RetryLaterError) return pause(error)
      if (!(error instanceof VenueRejectedError)) throw error
      // One that is refused must not take others with it.
      if (composed.parts.length > 1) {
        await job.updateData({ cause: job.data.cause, together: [job.data.cause] })
        return rest(1)
      }
      refused += 1
      log.error({ cause: job.data.cause, error: error.message }, 'the channel refused an alert for good')
    }
    for (const part of composed.parts) await note(part)
  }

  /** The message to be sent, made of the same causes as at the last attempt. */
  async function compose(job: Job<AlertJob>): Promise<Composed | undefined> {
    const { cause, together } = job.data
    const causes = together ?? (await chooseCauses(cause))
    const news = (await Promise.all(causes.map(readNews))).flatMap((each) => each ?? [])
    const composed = composeMessage(news, name, limits.mostCharacters)
    if (together === undefined && composed !== undefined)
      await job.updateData({ cause, together: composed.parts.map(({ state }) => state.cause) })
    return composed
  }

  async function chooseCauses(cause: string): Promise<string[]> {
    const waiting = await queue.getWaitingCount()
    if (waiting === 0 || pace.spanMs(waiting + 1, Date.now()) <= mostBacklogMs) return [cause]
    const others = await queue.getJobs(['waiting'], 0, mostTogether - 1, true)
    return [...new Set([cause, ...others.map(({ data }) => data.cause)])]
  }

  async function readNews(cause: string): Promise<News | undefined> {
    const known = await readAlert(hub, cause)
    if (known === undefined) return undefined
    const { state, toldOf } = known
    const told = toldOf(name)
    const noted = Math.max(told.news, sentNews.get(`${state.bornAt} ${cause}`) ?? 0)
    return noted < state.news ? { state, told } : undefined
  }

  // Until Redis has it: a message that was sent and not noted would be sent again by whoever comes after us.
  async function note({ state }: News): Promise<void> {
    const life = `${state.bornAt} ${state.cause}`
    sentNews.set(life, state.news)
    const { cause, bornAt, news, count } = state
    const giveUpAt = Date.now() + noteForMs
    for (;;) {
      try {
        await alertTold(hub.redis, { alert: hub.keys.alert(cause) }, { channel: name, bornAt, news, count })
        sentNews.delete(life)
        return
      } catch (error) {
        if (Date.now() > giveUpAt || hub.redis.status === 'end') throw error
        await sleep(noteAgainMs)
      }
    }
  }

  function pause(error: RetryLaterError): Promise<never> {
    failures += 1
    failuresInRow += 1
    const backOffMs = Math.min(firstPauseMs * 2 ** Math.min(failuresInRow - 1, 10), longestPauseMs)
    const askedMs = Math.min(error.retryAt - Date.now(), longestAskedMs)
    const waitMs = Math.max(backOffMs, askedMs)
    // Once when it begins: an outage of hours is one line, not thousands.
    if (failuresInRow === 1) log.warn({ error: error.message, waitMs }, 'the channel takes no alerts now')
    else log.debug({ error: error.message, waitMs, failuresInRow }, 'still not')
    pausedUntil = Date.now() + waitMs
    return rest(waitMs)
  }

  // The job goes back to the head, and nobody takes one of this queue before the time is over.
  async function rest(waitMs: number): Promise<never> {
    await queue.rateLimit(Math.max(1, Math.ceil(waitMs)))
    throw Worker.RateLimitError()
  }

  return {
    counts: () => ({ sent, refused, failures, pausedUntil }),
    stop: () => closeAll(hub, worker),
  }
}
