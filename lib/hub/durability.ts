import { ConfigError, RetryLaterError } from '../model/errors.ts'
import type { Hub } from './hub.ts'
import { redisVersionIn } from './redis.ts'

/** Writes that are on the server's disk before anybody acts on them. */
export interface Durability {
  /** Runs one write on the hub's connection; what it gives is on disk. Throws RetryLaterError when that is not sure. */
  write<T>(run: () => Promise<T>): Promise<T>
}

// Real ms.
const syncTimeoutMs = 1_000
const againMs = 500

/**
 * Throws ConfigError for a Redis that keeps no append-only file, or that may not be told when to sync it.
 *
 * From version 7.2 on the server says when a connection's writes are synced. An older one only syncs each write before
 * it answers, for everybody, once it was told so; telling it again beside each write also holds after a restart.
 */
export async function openDurability(hub: Hub): Promise<Durability> {
  const { redis } = hub
  await requireAppendOnlyFile(hub)
  const tells = canTell(redisVersionIn(await redis.info('server')))
  return {
    async write(run) {
      if (!tells) {
        const [, result] = await Promise.all([redis.config('SET', 'appendfsync', 'always'), run()])
        return result
      }
      const result = await run()
      const [synced = 0] = (await redis.call('WAITAOF', 1, 0, syncTimeoutMs)) as number[]
      if (synced < 1) {
        throw new RetryLaterError(`Redis did not sync a write within ${syncTimeoutMs} ms`, {
          retryAt: Date.now() + againMs,
        })
      }
      return result
    },
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

function canTell(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 7 || (major === 7 && minor >= 2)
}
