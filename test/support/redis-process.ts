import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configureRedis, findServer } from '../../lib/hub/embedded-redis.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { connectRedis } from '../../lib/hub/redis.ts'
import { startChild } from './child.ts'
import type { Child } from './child.ts'
import { until } from './until.ts'

/** A private Redis that a test may ill-treat. */
export interface RedisProcess {
  readonly endpoint: RedisEndpoint
  /** ends it without notice */
  kill(): Promise<void>
  /** starts it again on what it had written, at the same port; resolves when it answers */
  restart(): Promise<void>
  /** freezes it: connections stay, answers do not come */
  freeze(): Promise<void>
  thaw(): Promise<void>
  stop(): Promise<void>
}

/** Starts a Redis with an append-only file in a folder of its own. */
export async function startRedisProcess(): Promise<RedisProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-system-'))
  const { endpoint, configuration } = await configureRedis(folder)

  let server: Child
  const start = async () => {
    server = startChild('Redis', findServer(), [configuration], process.env)
    await until('Redis answers', () => answers(endpoint), 10_000)
  }
  await start()
  return {
    endpoint,
    kill: () => server.signal('SIGKILL'),
    restart: start,
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      await server.signal('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(endpoint: RedisEndpoint): Promise<boolean> {
  const redis = await connectRedis(endpoint, 'is-it-there')
  redis.disconnect()
  return true
}
