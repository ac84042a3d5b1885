import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nanoid } from 'nanoid'
import { ConfigError } from '../model/errors.ts'
import { readEndpointFile } from './redis-endpoint.ts'
import type { RedisEndpoint } from './redis-endpoint.ts'
import { connectRedis } from './redis.ts'

/** A Redis of one's own. */
export interface EmbeddedRedis {
  readonly endpoint: RedisEndpoint
  readonly pid: number
  /** resolves when the server's process has ended */
  readonly ended: Promise<void>
  /** ends the server and takes its endpoint file away */
  stop(): Promise<void>
}

const startTimeoutMs = 10_000
const stopTimeoutMs = 10_000

/**
 * Starts a private server on loopback with a password and an append-only file in `folder`, and writes
 * `endpoint.json` there, readable by its owner only; `program` is its path, else it is found. Throws ConfigError when one runs there already or none is installed.
 */
export async function startEmbeddedRedis(
  folder: string,
  options: { port?: number; lines?: string[]; program?: string } = {},
): Promise<EmbeddedRedis> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const before = readEndpointFile(folder)
  if (before !== undefined && isAlive(before.pid)) {
    throw new ConfigError(
      `a private Redis (pid ${before.pid}) runs in ${folder} already; stop the other ./scripts/up first`,
    )
  }
  const program = options.program ?? findServer()
  const { endpoint, configuration } = await configureRedis(folder, options)

  // In a group of its own: Ctrl-C must reach the actors before it reaches their Redis.
  const child = spawn(program, [configuration], { stdio: 'ignore', detached: true })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await untilReady(child, endpoint, folder)
  const endpointFile = join(folder, 'endpoint.json')
  writeFileSync(endpointFile, `${JSON.stringify({ ...endpoint, pid: child.pid })}\n`, { mode: 0o600 })
  return {
    endpoint,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      rmSync(endpointFile, { force: true })
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await ended
      clearTimeout(late)
    },
  }
}

/** Writes the configuration of a private server that is to be started in `folder`; it has a password of its own. */
export async function configureRedis(
  folder: string,
  options: { port?: number; lines?: string[] } = {},
): Promise<{ readonly endpoint: RedisEndpoint; readonly configuration: string }> {
  const password = nanoid(32)
  const port = options.port ?? (await freePort())
  const configuration = join(folder, 'redis.conf')
  writeFileSync(configuration, serverConfiguration(folder, port, password, options.lines ?? []), {
    mode: 0o600,
  })
  return { endpoint: { host: '127.0.0.1', port, password }, configuration }
}

async function untilReady(child: ChildProcess, endpoint: RedisEndpoint, folder: string): Promise<void> {
  const stopAt = Date.now() + startTimeoutMs
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new ConfigError(`the private Redis ended while starting; see ${join(folder, 'redis.log')}`)
    }
    try {
      const redis = await connectRedis(endpoint, 'sluice-start')
      redis.disconnect()
      return
    } catch (error) {
      if (Date.now() > stopAt) {
        child.kill('SIGKILL')
        throw error
      }
      await sleep(20)
    }
  }
}

function serverConfiguration(folder: string, port: number, password: string, lines: string[]): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder}"`,
    'logfile redis.log',
    'daemonize no',
    'save ""',
    'appendonly yes',
    'appendfsync everysec',
    // Delayed jobs and blocking pops wake with this resolution: 10 ms instead of 100.
    'hz 100',
    // A list is searched within its nodes, of 8 KB by default. A handout then finds one of 500 symbols in 0.5 µs, not 0.9.
    'list-max-listpack-size 32',
    'maxmemory-policy noeviction',
    ...lines,
    '',
  ].join('\n')
}

/** The path of redis-server or valkey-server; throws ConfigError with what to install. */
export function findServer(path = process.env['PATH'] ?? ''): string {
  for (const name of ['redis-server', 'valkey-server']) {
    const file = findProgram(name, path)
    if (file !== undefined) return file
  }
  throw new ConfigError(
    'expected redis-server or valkey-server on PATH, found neither: apt-get install redis-server, or brew install redis, or set REDIS_URL',
  )
}

/** The path of a program on PATH; undefined: it is not there. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      continue
    }
  }
  return undefined
}

/** A TCP port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
