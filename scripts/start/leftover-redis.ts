import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readEndpointFile } from '../../lib/hub/redis-endpoint.ts'
import type { EndpointFile } from '../../lib/hub/redis-endpoint.ts'
import { connectRedis } from '../../lib/hub/redis.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { isServerOn } from './process-table.ts'
import type { Screen } from './screen.ts'

/** First part of the name of the connection that `up` keeps: a private Redis with none has lost its owner. */
export const ownerPrefix = 'up:'

const endTimeoutMs = 10_000

/**
 * Clears away what an earlier start left behind if it was killed: a file that names a server, and maybe the server.
 * Throws ConfigError when it is in use.
 */
export async function clearTheWay(folder: string, screen: Screen): Promise<void> {
  const before = readEndpointFile(folder)
  if (before === undefined) return
  const found = await askServer(before)
  if (found === 'owned') {
    throw new ConfigError(
      `Sluice runs in this checkout already, on the Redis of ${folder}; stop it first, or give this one --data-dir of its own`,
    )
  }
  if (found === 'orphan') {
    screen.say(`A Redis of an earlier start that was killed still runs (pid ${before.pid}); it ends now.`)
    await endServer(before)
  } else if (isServerOn(before.pid, before.port)) {
    throw new ConfigError(
      `the Redis of ${folder} (pid ${before.pid}) runs and does not answer; end it first: kill ${before.pid}`,
    )
  }
  rmSync(join(folder, 'endpoint.json'), { force: true })
}

async function askServer(server: EndpointFile): Promise<'owned' | 'orphan' | 'silent'> {
  let redis
  try {
    redis = await connectRedis(
      { host: server.host, port: server.port, password: server.password },
      'sluice-start',
    )
    const clients = String(await redis.client('LIST'))
    return new RegExp(` name=${ownerPrefix}`).test(clients) ? 'owned' : 'orphan'
  } catch {
    return 'silent'
  } finally {
    redis?.disconnect()
  }
}

async function endServer({ pid, port }: EndpointFile): Promise<void> {
  process.kill(pid, 'SIGTERM')
  const giveUpAt = Date.now() + endTimeoutMs
  // One that has ended may stay in the process table, without a command line, until somebody reaps it.
  while (isServerOn(pid, port)) {
    if (Date.now() > giveUpAt)
      throw new ConfigError(
        `the Redis of an earlier start (pid ${pid}) does not end; end it first: kill -9 ${pid}`,
      )
    await sleep(20)
  }
}
