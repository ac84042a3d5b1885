import type { Redis } from 'ioredis'

/** Whether Redis answers, as one process finds again and again: what must not wait for it asks here. */
export interface RedisPulse {
  /** whether nothing was heard of it for a while */
  isSilent(): boolean
  /** What `work` comes to; undefined when it fails, or Redis is silent before. What is left of it goes on. */
  unlessSilent<T>(work: Promise<T>): Promise<T | undefined>
  stop(): void
}

// Real ms.
const lookEveryMs = 50
// Unanswered looks in a row: counted, not timed, so that a process that was held up itself hears the answers first.
const mostUnheard = 5

/** Begins to feel the pulse of a Redis. */
export function feelPulse(redis: Redis): RedisPulse {
  const waiting = new Set<() => void>()
  let unheard = 0

  function isSilent(): boolean {
    return redis.status !== 'ready' || unheard > mostUnheard
  }
  const timer = setInterval(() => {
    unheard += 1
    // One question at a time while nothing is heard: what Redis owes must not pile up.
    if (unheard === 1 || unheard % 20 === 0)
      redis.ping().then(
        () => (unheard = 0),
        () => {},
      )
    if (isSilent()) for (const wake of waiting) wake()
  }, lookEveryMs)
  timer.unref()

  return {
    isSilent,
    async unlessSilent(work) {
      const quiet = work.catch(() => undefined)
      if (isSilent()) return undefined
      let wake = () => {}
      const silent = new Promise<undefined>((resolve) => (wake = () => resolve(undefined)))
      waiting.add(wake)
      try {
        return await Promise.race([quiet, silent])
      } finally {
        waiting.delete(wake)
      }
    },
    stop: () => clearInterval(timer),
  }
}
