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

const folders = new Set<string>()
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Starts a Redis with an append-only file in a folder of its own, with further lines of configuration. */
export async function startRedisProcess(lines: string[] = []): Promise<RedisProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'))
  folders.add(folder)
  const { endpoint, configuration } = await configureRedis(folder, { lines })

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
      folders.delete(folder)
    },
  }
}

async function answers(endpoint: RedisEndpoint): Promise<boolean> {
  const redis = await connectRedis(endpoint, 'is-it-there')
  redis.disconnect()
  return true
}
