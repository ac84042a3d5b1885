import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub/hub.ts'
import { describeError } from '../model/errors.ts'

// Real ms.
const againMs = 500
const longestWaitMs = 600_000
const mostWaiting = 200

/** What waits for Redis, in order. */
interface Line {
  waiting: number
  refused: number
  last: Promise<void>
}

const lines = new WeakMap<Hub, Line>()

/**
 * Writes to Redis at once, or, while Redis is away, as soon as it answers: in the order of the calls, 200 of them and
 * for ten minutes at most. What is given up is told to the log, as `what`. Never rejects.
 */
export async function onceRedisAnswers(hub: Hub, what: string, write: () => Promise<void>): Promise<void> {
  const line = lines.get(hub) ?? { waiting: 0, refused: 0, last: Promise.resolve() }
  lines.set(hub, line)
  // Nothing overtakes what waits already.
  if (line.waiting === 0) {
    try {
      return await write()
    } catch (error) {
      if (line.waiting === 0) hub.log.warn({ what, error: describeError(error) }, 'waits for Redis')
    }
  }
  if (line.waiting >= mostWaiting) {
    if (line.refused === 0) hub.log.error({ what }, 'not written: too much waits for Redis already')
    line.refused += 1
    return undefined
  }
  line.waiting += 1
  const before = line.last
  line.last = (async () => {
    await before
    await persist(hub, what, write)
    line.waiting -= 1
    if (line.waiting === 0) line.refused = 0
  })()
  return line.last
}

async function persist(hub: Hub, what: string, write: () => Promise<void>): Promise<void> {
  const giveUpAt = Date.now() + longestWaitMs
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (hub.redis.status === 'end' || Date.now() > giveUpAt) {
        hub.log.error({ what, error: describeError(error) }, 'not written: Redis does not answer')
        return
      }
      await sleep(againMs)
    }
  }
}
