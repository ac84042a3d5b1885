import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../lib/hub/config.ts'
import { startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'

/** A Redis for one run, in a folder of its own that vanishes with it. */
export interface BenchRedis {
  readonly hub: Hub
  readonly folder: string
  /** what processes on this Redis find in their environment: no setting but the defaults */
  readonly environment: NodeJS.ProcessEnv
  /** CPU seconds that the server has used so far, all its threads together */
  readCpuSeconds(): Promise<number>
  /** of the server's process */
  readPid(): Promise<number>
  stop(): Promise<void>
}

/** Starts it, configured as the system's own with `lines` added. Throws ConfigError when no server is installed. */
export async function startBenchRedis(lines: string[] = []): Promise<BenchRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const redis = await startEmbeddedRedis(folder, { lines }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  const { endpoint } = redis
  const configuration = join(folder, 'sluice.json')
  writeFileSync(configuration, JSON.stringify({ symbolsFile: join(folder, 'symbols.json') }))
  const environment = {
    ...plainEnvironment(),
    SLUICE_CONFIG: configuration,
    REDIS_URL: `redis://:${endpoint.password}@${endpoint.host}:${endpoint.port}`,
  }
  const { config } = readConfig({}, { SLUICE_CONFIG: configuration })
  const hub = await openHub(config, endpoint, openLog('error', { actor: 'bench' }, 'stderr'), 'bench')
  return {
    hub,
    folder,
    environment,
    async readCpuSeconds() {
      const info = await hub.redis.info('cpu')
      const told = (field: string) => Number(new RegExp(`^${field}:(\\S+)`, 'm').exec(info)?.[1])
      return told('used_cpu_sys') + told('used_cpu_user')
    },
    async readPid() {
      return Number(/^process_id:(\d+)/m.exec(await hub.redis.info('server'))?.[1])
    },
    async stop() {
      hub.close()
      await redis.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What a process of a benchmark finds in its environment: ours, without any setting. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')))
}
