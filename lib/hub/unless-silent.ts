import type { Redis } from 'ioredis'

// Real ms.
const lookEveryMs = 100

/**
 * Waits for work of which some may need Redis, but not for a Redis that has answered nothing for `silentMs`; gives
 * whether the work was done. What is left of it goes on.
 */
export async function unlessSilent(redis: Redis, work: Promise<unknown>, silentMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const silent = new Promise<false>((resolve) => {
    // Counted, not timed: a process that was held up itself must hear the answers first.
    let unheard = 0
    timer = setInterval(() => {
      unheard += 1
      if (unheard * lookEveryMs > silentMs) resolve(false)
      redis.ping().then(
        () => (unheard = 0),
        () => {},
      )
    }, lookEveryMs)
  })
  try {
    return await Promise.race([work.then(() => true), silent])
  } finally {
    clearInterval(timer)
  }
}
