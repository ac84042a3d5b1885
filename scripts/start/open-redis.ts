import { hostname } from 'node:os'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { findRedis, redisFolder } from '../../lib/hub/redis-endpoint.ts'
import { ownerPrefix } from './leftover-redis.ts'
import type { StartOptions } from './options.ts'
import { startPrivateRedis } from './private-redis.ts'
import type { Screen } from './screen.ts'
import type { Stages } from './stages.ts'

/** Starts the private Redis, unless REDIS_URL names another one, and connects to it under the name of an owner. */
export async function openRedis(
  options: StartOptions,
  environment: NodeJS.ProcessEnv,
  screen: Screen,
  stages: Stages,
): Promise<Hub> {
  const { config, simulator } = options
  const name = `${ownerPrefix}${hostname()}:${process.pid}`
  const log = openLog('silent', {})
  if ((environment['REDIS_URL'] ?? '') === '') {
    const folder = redisFolder(config)
    const market = simulator === undefined ? config.exchange : 'simulated'
    const redis = await startPrivateRedis(folder, market, screen)
    stages.afterwards(() => redis.stop())
    screen.say(`Redis runs on 127.0.0.1:${redis.endpoint.port}; its files are in ${folder}.`)
  }
  const endpoint = findRedis(config, environment)
  const hub = await openHub(config, endpoint, log, name)
  stages.afterwards(() => hub.close())
  if ((environment['REDIS_URL'] ?? '') !== '')
    screen.say(`Redis at ${endpoint.host}:${endpoint.port} answers.`)
  return hub
}
