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

/** A throw-away Redis for the tests of one file; one that is a cluster holds what earlier files have left, elsewhere. */
export interface TestRedis {
  server(): EmbeddedRedis
  /** `redis://…`, for processes */
  url(): string
  /** a hub in a namespace of its own; closed after the test */
  hub(flags?: Partial<Record<SettingName, string>>): Promise<Hub>
}

/** Starts a Redis before the tests of the enclosing `describe` and ends it after them. */
export function withRedis(options: { cluster?: boolean } = {}): TestRedis {
  const hubs: Hub[] = []
  let redis: EmbeddedRedis | undefined
  let end: () => Promise<unknown> = async () => {}

  before(async function () {
    this.timeout(20_000)
    if (options.cluster === true) {
      redis = await (cluster ??= startCluster())
      return
    }
    const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'))
    const own = await startEmbeddedRedis(folder)
    redis = own
    end = () => own.stop().finally(() => rmSync(folder, { recursive: true, force: true }))
  })
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.close()
  })
  after(async function () {
    this.timeout(20_000)
    await end()
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

/** What all files share that this process runs, since a node that starts serves its slots 2 s later. */
let cluster: Promise<EmbeddedRedis> | undefined

async function startCluster(): Promise<EmbeddedRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'))
  const redis = await startEmbeddedRedis(folder, { lines: ['cluster-enabled yes'] })
  process.once('exit', () => {
    process.kill(redis.pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const { config } = readConfig({}, {})
  const hub = await openHub(config, redis.endpoint, openLog('error', {}), 'cover-slots')
  await hub.redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await hub.redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) await sleep(100)
  hub.close()
  return redis
}
