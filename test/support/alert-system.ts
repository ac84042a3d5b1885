import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../lib/hub/config.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { startLarkServer } from './lark-server.ts'
import type { LarkServer } from './lark-server.ts'
import { startRedisProcess } from './redis-process.ts'
import type { RedisProcess } from './redis-process.ts'
import { cleanEnvironment } from './run-program.ts'
import { until } from './until.ts'

/** A Redis, a Lark and alert actors, for one test. */
export interface AlertSystem {
  readonly hub: Hub
  readonly redis: RedisProcess
  readonly lark: LarkServer
  /** the environment of its processes */
  readonly environment: Readonly<Record<string, string>>
  /** starts an alert actor; its heartbeat is awaited */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<Child>
  /** all that its actors have said so far */
  logs(): string
  /** every command that its Redis has written down */
  written(): Promise<string>
}

/** Opens systems for the tests of the enclosing `describe`; each ends after its test. */
export function withAlertSystems(): (settings?: Readonly<Record<string, string>>) => Promise<AlertSystem> {
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async function () {
    this.timeout(30_000)
    for (const stop of stops.splice(0).toReversed()) await stop()
  })
  return async (settings = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-alerts-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    const configFile = join(folder, 'sluice.json')
    writeFileSync(configFile, '{}')
    const [redis, lark] = await Promise.all([startRedisProcess(), startLarkServer()])
    stops.push(
      () => redis.stop(),
      () => lark.close(),
    )
    const { host, port, password } = redis.endpoint
    const { appId, appSecret, chatId, signSecret } = lark.credentials
    const environment = {
      REDIS_URL: `redis://:${password}@${host}:${port}`,
      SLUICE_CONFIG: configFile,
      SLUICE_ALERT_CHANNELS: 'lark',
      SLUICE_LARK_URL: lark.url,
      SLUICE_LARK_APP_ID: appId,
      SLUICE_LARK_APP_SECRET: appSecret,
      SLUICE_LARK_CHAT_ID: chatId,
      SLUICE_LARK_WEBHOOK: lark.webhook,
      SLUICE_LARK_WEBHOOK_SECRET: signSecret,
      ...settings,
    }
    const { config } = readConfig({ logLevel: 'error' }, environment)
    const hub = await openHub(config, redis.endpoint, openLog('silent', { test: 1 }), 'test')
    stops.push(() => hub.close())
    const logFile = join(folder, 'alert.log')
    writeFileSync(logFile, '')
    return {
      hub,
      redis,
      lark,
      environment,
      async start(more = {}) {
        // The shell only sends the output to the file; the actor takes its place.
        const line = `exec '${process.execPath}' actors/alert >> '${logFile}' 2>&1`
        const child = startChild(
          'alert',
          '/bin/sh',
          ['-c', line],
          cleanEnvironment({ ...environment, ...more }),
        )
        stops.push(() => child.signal('SIGKILL'))
        const beats = async () =>
          (await readLivingActors(hub.redis, hub.keys)).some(({ id }) => id.endsWith(`:${child.pid}`))
        await until('a heartbeat of alert', beats, 20_000, () => readFileSync(logFile, 'utf8').slice(-2_000))
        return child
      },
      logs: () => readFileSync(logFile, 'utf8'),
      async written() {
        const [, place = ''] = await hub.redis.config('GET', 'dir')
        const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
        return files
          .filter((file) => /\.aof$|\.rdb$/.test(file))
          .map((file) => readFileSync(join(place, file), 'latin1'))
          .join('\n')
      },
    }
  }
}
