import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { findProgram, startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'

describe('a durable write', function () {
  this.timeout(20_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  async function open(folder: string, of: { lines?: string[]; program?: string } = {}) {
    const server = await startEmbeddedRedis(folder, of)
    const hub = await openHub(readConfig({}, {}).config, server.endpoint, openLog('error', {}), 'test')
    stops.push(() => server.stop())
    stops.push(() => hub.close())
    return { hub, server }
  }

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-durable-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  for (const name of ['redis-server', 'valkey-server']) {
    it(`is synced by ${name} before it is answered`, async function () {
      const program = findProgram(name)
      const tracer = findProgram('strace')
      if (program === undefined || tracer === undefined) {
        // Which of both is missing is told with the test's title.
        this.test!.title += ` (skipped: ${program === undefined ? name : 'strace'} is not on PATH)`
        this.skip()
      }
      const { hub, server } = await open(newFolder(), { program })
      const durability = await openDurability(hub)
      // Everything before is synced, and nothing will be by the second.
      await durability.write(() => hub.redis.set('key', 0))
      const trace = await traceSyncs(tracer, server.pid)
      for (let at = 1; at <= 20; at++) await durability.write(() => hub.redis.set('key', at))
      expect(await trace.stop()).to.be.at.least(20)
    })
  }

  it('is refused by a server that keeps no file, with a sentence', async () => {
    const { hub } = await open(newFolder(), { lines: ['appendonly no'] })
    const failure = await failureOf(() => openDurability(hub))
    expect(failure).to.be.instanceOf(ConfigError)
    expect(failure.message).to.match(/must keep an append-only file: appendonly yes, was no$/)
  })
})

/** Watches a server's process; tells how often it synced a file since then. */
async function traceSyncs(tracer: string, pid: number): Promise<{ stop(): Promise<number> }> {
  const child = spawn(tracer, ['-f', '-e', 'trace=fdatasync,fsync', '-p', String(pid)])
  let told = ''
  const heard = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (part: Buffer) => {
      told += part.toString()
      if (told.includes(' attached')) resolve()
    })
    child.once('exit', () => reject(new Error(`strace ended: ${told}`)))
  })
  await heard
  return {
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGINT')
      await ended
      return told.match(/f(?:data)?sync\(\d/g)?.length ?? 0
    },
  }
}
