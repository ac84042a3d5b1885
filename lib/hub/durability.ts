import { nanoid } from 'nanoid'
import { ConfigError, RetryLaterError, describeError } from '../model/errors.ts'
import { atOnce } from './at-once.ts'
import { openSyncReset } from './sync-reset.ts'
import type { Hub } from './hub.ts'

/** Writes that are on the server's disk before anybody acts on them. */
export interface Durability {
  /** Runs one write on the hub's connection; what it gives is on disk. Throws RetryLaterError when that is not sure. */
  write<T>(run: () => Promise<T>): Promise<T>
  /** lets go of its connection */
  close(): void
}

// Real ms for which a writer that says nothing more is taken to be at work, and within which it must be done.
const holdMs = 10_000
const doneWithinMs = 5_000

/**
 * Throws ConfigError for a Redis that keeps no append-only file, or that may not be told when to sync it.
 *
 * A server that syncs always does so before it answers, for everybody. So it is told to beside each write, which also
 * holds after a restart, and told to go back when nobody has a write under way: else every job and every candle would
 * wait for the disk. WAITAOF, of Redis 7.2 and Valkey, is no way around it: with a file that is synced every second it
 * waits for that second, up to a whole one, and holds up whatever else is asked by the connection; and in Valkey 8.0.1
 * it answers at once, for writes that are not synced.
 */
export async function openDurability(hub: Hub): Promise<Durability> {
  const { redis, keys, log } = hub
  await requireAppendOnlyFile(hub)
  const reset = await openSyncReset(hub)
  const writer = nanoid()
  const syncing = keys.syncing()
  let underWay = 0

  // Whoever is in the set keeps the others from going back. All on one connection, so that what is sent first is done first.
  function leave(): void {
    underWay -= 1
    if (underWay > 0) return
    redis
      .srem(syncing, writer)
      .then(() => reset.try())
      .catch((error: unknown) =>
        log.debug({ error: describeError(error) }, 'Redis goes on syncing each write'),
      )
  }

  return {
    async write(run) {
      const beganAt = performance.now()
      underWay += 1
      try {
        const [, , , result] = await atOnce(redis, () =>
          Promise.all([
            redis.sadd(syncing, writer),
            redis.pexpire(syncing, holdMs),
            redis.config('SET', 'appendfsync', 'always'),
            run(),
          ]),
        )
        if (performance.now() - beganAt <= doneWithinMs) return result
      } finally {
        // Whoever waited for the write acts on it first.
        setImmediate(leave)
      }
      throw new RetryLaterError(`Redis took more than ${doneWithinMs} ms for a write that must be on disk`, {
        retryAt: Date.now(),
      })
    },
    close: () => reset.close(),
  }
}

async function requireAppendOnlyFile({ redis, endpoint }: Hub): Promise<void> {
  const where = `Redis at ${endpoint.host}:${endpoint.port}`
  let settings: unknown
  try {
    settings = await redis.config('GET', 'appendonly')
  } catch (error) {
    throw new ConfigError(`${where} must let its settings be read, so that claims are known to be on disk`, {
      cause: error,
    })
  }
  const found = (settings as string[])[1] ?? 'nothing'
  if (found !== 'yes')
    throw new ConfigError(`${where} must keep an append-only file: appendonly yes, was ${found}`)
}
