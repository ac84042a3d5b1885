import { setTimeout as sleep } from 'node:timers/promises'
import { foldLog } from '../hub/fold-log.ts'
import type { Hub } from '../hub/hub.ts'
import { describeError, RetryLaterError } from '../model/errors.ts'
import type { Egress } from './egress.ts'

/** Requests that leave one after the other, as fast as the budget lets them. */
export interface PacedPolls {
  counts(): { polls: number; failures: number }
  /** real ms of the last poll that succeeded; 0 none did */
  lastAt(): number
  /** why the last poll failed; undefined when it did not */
  problem(): string | undefined
  stop(): Promise<void>
}

// Real ms.
const longestPauseMs = 200
const afterFailureMs = 500
const longestRestMs = 2_000
const stopWithinMs = 1_000
// The next request leaves while the answer to the last is under way; a slow venue gets no third.
const mostUnderWay = 2

/**
 * Polls again as soon as the last request has left: it is the egress that paces them. `poll` tells when its request
 * leaves. A failure makes a pause, and a closed address one for as long as it is closed.
 */
export function pollAtPace(
  hub: Hub,
  of: { readonly what: string; readonly egress: Egress; poll(onLeave: () => void): Promise<void> },
): PacedPolls {
  const fold = foldLog(hub.log)
  const underWay = new Set<Promise<void>>()
  const counts = { polls: 0, failures: 0 }
  let stopped = false
  let lastAt = 0
  let problem: string | undefined
  let restUntil = 0

  async function poll(onLeave: () => void): Promise<void> {
    try {
      await of.poll(onLeave)
      counts.polls += 1
      lastAt = Date.now()
      problem = undefined
    } catch (error) {
      counts.failures += 1
      problem = describeError(error)
      const now = Date.now()
      const retryAt = error instanceof RetryLaterError ? error.retryAt : 0
      const afterMs = afterFailureMs * (0.75 + Math.random() / 2)
      restUntil = Math.min(Math.max(retryAt, now + afterMs), now + longestRestMs)
      fold(`${of.what} could not be asked for: ${problem}`, {})
    }
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const restMs = Math.max(restUntil, of.egress.closedUntil()) - Date.now()
      if (restMs > 0) {
        await sleep(Math.min(restMs, longestPauseMs))
        continue
      }
      if (underWay.size >= mostUnderWay) {
        await Promise.race(underWay)
        continue
      }
      await new Promise<void>((resolve) => {
        const one = poll(resolve).finally(() => {
          underWay.delete(one)
          resolve()
        })
        underWay.add(one)
      })
    }
    await Promise.allSettled(underWay)
  }
  const ended = run()
  return {
    counts: () => counts,
    lastAt: () => lastAt,
    problem: () => problem,
    async stop() {
      stopped = true
      // What is under way may take its time.
      await Promise.race([ended, sleep(stopWithinMs, undefined, { ref: false })])
    },
  }
}
