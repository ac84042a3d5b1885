import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod'
import { ConfigError } from '../model/errors.ts'
import type { Config } from './settings.ts'
import { projectRoot } from './project-root.ts'

/** Where a Redis listens and how to get in. */
export interface RedisEndpoint {
  readonly host: string
  readonly port: number
  readonly username?: string
  readonly password?: string
  readonly db?: number
  readonly tls?: boolean
}

const fileSchema = z.object({ host: z.string(), port: z.number(), password: z.string(), pid: z.number() })

/** What `endpoint.json` tells of the private server. */
export type EndpointFile = z.infer<typeof fileSchema>

/** The folder of the private Redis. */
export function redisFolder(config: Pick<Config, 'dataDir'>): string {
  return resolve(projectRoot(), config.dataDir, 'redis')
}

/** The Redis to use: REDIS_URL if set, else the private server that `up` runs; throws ConfigError without either. */
export function findRedis(
  config: Pick<Config, 'dataDir'>,
  environment: NodeJS.ProcessEnv = process.env,
): RedisEndpoint {
  const url = environment['REDIS_URL']
  if (url !== undefined && url !== '') return parseRedisUrl(url)
  const file = readEndpointFile(redisFolder(config))
  if (file !== undefined) return { host: file.host, port: file.port, password: file.password }
  throw new ConfigError('no Redis: expected REDIS_URL to be set or ./scripts/up to be running, found neither')
}

/** What stands in the endpoint file, undefined where there is none. */
export function readEndpointFile(folder: string): EndpointFile | undefined {
  const path = join(folder, 'endpoint.json')
  if (!existsSync(path)) return undefined
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new ConfigError(
      `${path} must hold the private Redis's host, port, password and pid; remove it and start again`,
      {
        cause: error,
      },
    )
  }
}

/** Reads redis://[user:password@]host[:port][/db]; rediss:// for TLS. */
export function parseRedisUrl(text: string): RedisEndpoint {
  const expected = 'REDIS_URL must be like redis://[user:password@]host:port/db'
  let url: URL
  try {
    url = new URL(text)
  } catch {
    // The text is not repeated: it may hold a password.
    throw new ConfigError(`${expected}, and it is no URL`)
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') {
    throw new ConfigError(`${expected}, began with "${url.protocol}"`)
  }
  const db = Number(url.pathname.slice(1) || '0')
  if (!Number.isInteger(db) || db < 0)
    throw new ConfigError(`${expected}, its db was "${url.pathname.slice(1)}"`)
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db,
    tls: url.protocol === 'rediss:',
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  }
}
