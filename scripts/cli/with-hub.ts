import { settingFlags } from '../../lib/hub/command-line.ts'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { findRedis } from '../../lib/hub/redis-endpoint.ts'
import type { Config } from '../../lib/hub/settings.ts'
import { ConfigError, describeError } from '../../lib/model/errors.ts'

/** The configuration that a command's parsed options make. */
export function configOf(options: Record<string, unknown>): Config {
  return readConfig(settingFlags(options)).config
}

/** Runs a command's work on the Redis that the configuration names, and lets go of it. */
export async function withHub<T>(config: Config, run: (hub: Hub) => Promise<T>): Promise<T> {
  const endpoint = findRedis(config)
  // A command says itself what went wrong, so the log only speaks when it was asked for details.
  const level = ['trace', 'debug'].includes(config.logLevel) ? config.logLevel : 'silent'
  const hub = await openHub(config, endpoint, openLog(level, { pid: process.pid }, 'stderr'), 'sluice-cli')
  try {
    return await run(hub)
  } catch (error) {
    if (error instanceof ConfigError || !isOfRedis(hub, error)) throw error
    throw new ConfigError(`Redis at ${endpoint.host}:${endpoint.port} went away: ${describeError(error)}`, {
      cause: error,
    })
  } finally {
    hub.close()
  }
}

function isOfRedis(hub: Hub, error: unknown): boolean {
  return hub.redis.status !== 'ready' || /command timed out|connection is closed/i.test(describeError(error))
}
