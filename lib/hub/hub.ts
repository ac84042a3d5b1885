import type { Redis } from 'ioredis'
import { createClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { createKeys } from './keys.ts'
import type { Keys } from './keys.ts'
import type { Log } from './log.ts'
import type { RedisEndpoint } from './redis-endpoint.ts'
import { connectRedis } from './redis.ts'
import type { Config } from './settings.ts'

/** What every part of a process works with: one Redis, its keys, the configuration, market time and a log. */
export interface Hub {
  readonly redis: Redis
  readonly endpoint: RedisEndpoint
  readonly keys: Keys
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
  close(): void
}

/** Connects to Redis and tells the log, once each, when it goes away and when it is back. */
export async function openHub(config: Config, endpoint: RedisEndpoint, log: Log, name: string): Promise<Hub> {
  const redis = await connectRedis(endpoint, name)
  const closing = watch(redis, log)
  return {
    redis,
    endpoint,
    keys: createKeys(config.namespace),
    config,
    clock: createClock(config.rate),
    log,
    close() {
      closing()
      redis.disconnect()
    },
  }
}

/** The function given back says that the connection is about to be closed on purpose. */
function watch(redis: Redis, log: Log): () => void {
  let awaySince: number | undefined
  let closed = false
  const away = (reason: string) => {
    if (awaySince !== undefined || closed) return
    awaySince = Date.now()
    log.warn({ reason }, 'Redis is away')
  }
  redis.on('error', (error: Error) => away(error.message))
  redis.on('close', () => away('connection closed'))
  redis.on('ready', () => {
    if (awaySince === undefined) return
    log.info({ awayMs: Date.now() - awaySince }, 'Redis is back')
    awaySince = undefined
  })
  return () => {
    closed = true
  }
}
