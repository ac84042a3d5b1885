import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findServer, startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'
import { clearTheWay } from './leftover-redis.ts'
import type { Screen } from './screen.ts'

/** A Redis that ends with `up`, however `up` ends, and that is started again when it ends before. */
export interface PrivateRedis {
  readonly endpoint: RedisEndpoint
  stop(): Promise<void>
}

// Real ms.
const restartPauseMs = 1_000
const stopTimeoutMs = 10_000

/**
 * Starts the checkout's private Redis. What it holds of one market (`simulated`, or the venue's name) stands apart
 * from what it holds of another, and a simulated market begins anew each time.
 */
export async function startPrivateRedis(
  folder: string,
  market: string,
  screen: Screen,
): Promise<PrivateRedis> {
  await clearTheWay(folder, screen)
  if (market === 'simulated') rmSync(join(folder, market), { recursive: true, force: true })
  const first = await startEmbeddedRedis(folder, { lines: [`appenddirname "${market}"`] })
  const { endpoint } = first
  let guard = guardServer(first.pid)
  let again: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let stopping = false

  function restartLater(): void {
    if (stopping) return
    guard.kill('SIGKILL')
    screen.say(
      `Redis ended by itself; it starts again in ${restartPauseMs / 1000} s. Why: ${join(folder, 'redis.log')}`,
    )
    timer = setTimeout(() => {
      again = spawn(findServer(), [join(folder, 'redis.conf')], { stdio: 'ignore', detached: true })
      again.once('error', restartLater).once('exit', restartLater)
      if (again.pid === undefined) return
      guard = guardServer(again.pid)
      const told = `${JSON.stringify({ ...endpoint, pid: again.pid })}\n`
      writeFileSync(join(folder, 'endpoint.json'), told, { mode: 0o600 })
    }, restartPauseMs)
  }

  void first.ended.then(restartLater)
  return {
    endpoint,
    async stop() {
      stopping = true
      clearTimeout(timer)
      if (again !== undefined) await end(again)
      await first.stop()
      await kill(guard)
    },
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  const late = setTimeout(() => server.kill('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(late)
}

// A Redis cannot notice that `up` was killed. A shell that waits for the end of its input can, and gives the actors
// time to say goodbye before it ends the server.
function guardServer(pid: number): ChildProcess {
  const script = 'while read -r line; do :; done; sleep 5; kill -TERM "$1"'
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.on('error', () => {})
  guard.stdin?.on('error', () => {})
  return guard
}
