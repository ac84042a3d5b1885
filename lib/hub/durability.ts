import { ConfigError } from '../model/errors.ts'
import type { Hub } from './hub.ts'

/** Writes that are on the server's disk before anybody acts on them. */
export interface Durability {
  /** Runs one write on the hub's connection; what it gives is on disk. */
  write<T>(run: () => Promise<T>): Promise<T>
}

/**
 * Throws ConfigError for a Redis that keeps no append-only file, or that may not be told when to sync it.
 *
 * A server that syncs always does so before it answers, for everybody; telling it beside each write also holds after a
 * restart. WAITAOF, of Redis 7.2 and Valkey, is no way around it: with a file that is synced every second it waits for
 * that second, up to a whole one, and holds up whatever else is asked by the connection; and in Valkey 8.0.1 it answers
 * at once, for writes that are not synced.
 */
export async function openDurability(hub: Hub): Promise<Durability> {
  const { redis } = hub
  await requireAppendOnlyFile(hub)
  return {
    async write(run) {
      const [, result] = await Promise.all([redis.config('SET', 'appendfsync', 'always'), run()])
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
