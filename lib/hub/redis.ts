import { Redis } from 'ioredis'
import { ConfigError, describeError } from '../model/errors.ts'
import type { RedisEndpoint } from './redis-endpoint.ts'

// A half-open socket must not hang anybody: each of these bounds one kind of wait, in real ms.
const connectTimeoutMs = 2_000
const commandTimeoutMs = 3_000
const socketTimeoutMs = 10_000
const keepAliveMs = 5_000
const longestPauseMs = 1_000

const oldestVersion = 7

/** Options of a connection for ordinary commands: it fails at once while Redis is away, and never resends. */
export function commandOptions(endpoint: RedisEndpoint, name: string) {
  return {
    ...baseOptions(endpoint, name),
    commandTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  }
}

/** Options of a connection for blocking commands, which wait as long as they were told to. */
export function blockingOptions(endpoint: RedisEndpoint, name: string) {
  return { ...baseOptions(endpoint, name), maxRetriesPerRequest: null }
}

function baseOptions(endpoint: RedisEndpoint, name: string) {
  return {
    host: endpoint.host,
    port: endpoint.port,
    db: endpoint.db ?? 0,
    connectionName: name,
    connectTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    keepAlive: keepAliveMs,
    retryStrategy: (times: number) =>
      Math.min(50 * 2 ** Math.min(times, 10), longestPauseMs) * (0.75 + Math.random() / 4),
    ...(endpoint.username === undefined ? {} : { username: endpoint.username }),
    ...(endpoint.password === undefined ? {} : { password: endpoint.password }),
    ...(endpoint.tls === true ? { tls: {} } : {}),
  }
}

/**
 * A connection that answers. Throws ConfigError when Redis cannot be reached, refuses the password, or is too old;
 * afterwards the connection comes back by itself.
 */
export async function connectRedis(endpoint: RedisEndpoint, name: string): Promise<Redis> {
  const redis = new Redis({ ...commandOptions(endpoint, name), lazyConnect: true })
  let lastError: unknown
  const remember = (error: unknown): void => {
    lastError = error
  }
  redis.on('error', remember)
  try {
    await redis.connect()
    requireVersion(await redis.info('server'))
  } catch (error) {
    redis.disconnect()
    if (error instanceof ConfigError) throw error
    throw new ConfigError(explain(endpoint, lastError ?? error), { cause: error })
  }
  redis.off('error', remember)
  return redis
}

function explain(endpoint: RedisEndpoint, error: unknown): string {
  const where = `Redis at ${endpoint.host}:${endpoint.port}`
  const found = describeError(error)
  if (/WRONGPASS|invalid password/i.test(found)) return `${where} refused the password`
  if (/NOAUTH/.test(found)) return `${where} asks for a password and none was given`
  return `${where} cannot be reached: ${found === '' ? 'no answer' : found}`
}

function requireVersion(info: string): void {
  const version = redisVersionIn(info)
  if (Number.parseInt(version, 10) >= oldestVersion) return
  throw new ConfigError(`Redis must be version ${oldestVersion} or newer, was ${version}`)
}

/** The version that INFO tells. */
export function redisVersionIn(info: string): string {
  return /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? 'unknown'
}
