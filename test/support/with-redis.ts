import { setTimeout as sleep } from 'node:timers/promises'
import { nanoid } from 'nanoid'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { SettingName } from '../../lib/hub/settings.ts'
import { startRedisProcess } from './redis-process.ts'
import type { RedisProcess } from './redis-process.ts'

/** A throw-away Redis for the tests of one file; one that is a cluster holds what earlier files have left, elsewhere. */
export interface TestRedis {
  server(): RedisProcess
  /** `redis://…`, for processes */
  url(): string
  /** a hub in a namespace of its own; closed after the test */
  hub(flags?: Partial<Record<SettingName, string>>): Promise<Hub>
}

/** Starts a Redis before the tests of the enclosing `describe` and ends it after them; a cluster ends with this process. */
export function withRedis(options: { cluster?: boolean } = {}): TestRedis {
  const hubs: Hub[] = []
  let redis: RedisProcess | undefined

  before(async function () {
    this.timeout(20_000)
    redis = await (options.cluster === true ? (cluster ??= startCluster()) : startRedisProcess())
  })
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.close()
  })
  after(async () => {
    if (options.cluster !== true) await redis?.stop()
  })

  const server = (): RedisProcess => {
    if (redis === undefined) throw new Error('the Redis of these tests has not started')
    return redis
  }
  return {
    server,
    url: () => `redis://:${server().endpoint.password}@127.0.0.1:${server().endpoint.port}`,
    async hub(flags = {}) {
      const { config } = readConfig(
        { namespace: `t${nanoid(8).replace(/[_-]/g, 'x')}`, logLevel: 'error', ...flags },
        {},
      )
      const hub = await openHub(config, server().endpoint, openLog(config.logLevel, { test: 1 }), 'test')
      hubs.push(hub)
      return hub
    },
  }
}

/** What all files share that this process runs, since a node that starts serves its slots 2 s later. */
let cluster: Promise<RedisProcess> | undefined

async function startCluster(): Promise<RedisProcess> {
  const redis = await startRedisProcess(['cluster-enabled yes'])
  const { config } = readConfig({}, {})
  const hub = await openHub(config, redis.endpoint, openLog('error', {}), 'cover-slots')
  await hub.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await hub.redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(100)
  hub.close()
  return redis
}
