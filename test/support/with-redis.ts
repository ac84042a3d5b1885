import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nanoid } from 'nanoid'
import { readConfig } from '../../lib/hub/config.ts'
import { startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import type { EmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import type { SettingName } from '../../lib/hub/settings.ts'

/** A throw-away Redis for the tests of one file. */
export interface TestRedis {
  server(): EmbeddedRedis
  /** `redis://…`, for processes */
  url(): string
  /** a hub in a namespace of its own; closed after the test */
  hub(flags?: Partial<Record<SettingName, string>>): Promise<Hub>
}

/** Starts a Redis before the tests of the enclosing `describe` and ends it after them. */
export function withRedis(options: { cluster?: boolean } = {}): TestRedis {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'))
  const hubs: Hub[] = []
  let redis: EmbeddedRedis | undefined

  before(async function () {
    this.timeout(20_000)
    const lines = options.cluster === true ? ['cluster-enabled yes'] : []
    redis = await startEmbeddedRedis(folder, { lines })
    if (options.cluster === true) await coverAllSlots(redis)
  })
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.close()
  })
  after(async function () {
    this.timeout(20_000)
    await redis?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const server = (): EmbeddedRedis => {
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

async function coverAllSlots(redis: EmbeddedRedis): Promise<void> {
  const { config } = readConfig({}, {})
  const hub = await openHub(config, redis.endpoint, openLog('error', {}), 'cover-slots')
  await hub.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await hub.redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(100)
  hub.close()
}
