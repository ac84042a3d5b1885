import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configureRedis, findServer } from '../../lib/hub/embedded-redis.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { connectRedis } from '../../lib/hub/redis.ts'

/** A private Redis that is killed again and again. */
export interface KilledRedis {
  readonly endpoint: RedisEndpoint
  /**
   * Ends it without notice, takes from its append-only file some of what it never promised to be on disk, and starts it
   * on what is left, at the same port. Promised is everything up to the last entry with `promised` in it. Gives the
   * bytes that were lost.
   */
  crash(promised: string): Promise<number>
  stop(): Promise<void>
}

const startWithinMs = 10_000
const exec = '*1\r\n$4\r\nEXEC\r\n'

/** Starts it in a folder of its own; its file is never written anew, so that there is one to cut. */
export async function startKilledRedis(): Promise<KilledRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-crash-'))
  const { endpoint } = await configureRedis(folder, { lines: ['auto-aof-rewrite-percentage 0'] })
  let server = await start(folder, endpoint)
  const kill = async () => {
    const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill('SIGKILL')
    await ended
  }
  return {
    endpoint,
    async crash(promised) {
      await kill()
      const lost = cut(folder, promised)
      server = await start(folder, endpoint)
      return lost
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function start(folder: string, endpoint: RedisEndpoint): Promise<ChildProcess> {
  // In a group of its own: Ctrl-C reaches the benchmark, which then ends everything in order.
  const server = spawn(findServer(), [join(folder, 'redis.conf')], { stdio: 'ignore', detached: true })
  const giveUpAt = Date.now() + startWithinMs
  for (;;) {
    try {
      const redis = await connectRedis(endpoint, 'is-it-there')
      // While it reads its file it answers that it is loading.
      await redis.get('is-it-there')
      redis.disconnect()
      return server
    } catch (error) {
      if (Date.now() > giveUpAt || server.exitCode !== null) {
        server.kill('SIGKILL')
        throw error
      }
      await sleep(10)
    }
  }
}

function cut(folder: string, promised: string): number {
  const files = join(folder, 'appendonlydir')
  const name = readdirSync(files).find((each) => each.endsWith('.incr.aof'))
  if (name === undefined) throw new Error(`expected an append-only file in ${files}, found none`)
  const file = join(files, name)
  const content = readFileSync(file)
  const last = content.lastIndexOf(promised)
  const end = last === -1 ? -1 : content.indexOf(exec, last)
  if (end === -1) return 0
  const least = end + exec.length
  const keep = least + Math.floor(Math.random() * (content.length - least + 1))
  truncateSync(file, keep)
  return content.length - keep
}
