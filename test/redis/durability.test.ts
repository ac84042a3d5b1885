import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { findProgram, startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import type { EmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'
import { until } from '../support/until.ts'

// What must be on disk, in a trace.
const mark = 'must-be-synced-'

describe('a durable write', function () {
  this.timeout(20_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  async function open(folder: string, of: { lines?: string[]; program?: string } = {}) {
    const server = await startEmbeddedRedis(folder, of)
    stops.push(() => server.stop())
    return { server, hub: await connect(server) }
  }

  async function connect({ endpoint }: EmbeddedRedis): Promise<Hub> {
    const hub = await openHub(readConfig({}, {}).config, endpoint, openLog('error', {}), 'test')
    stops.push(() => hub.close())
    return hub
  }

  async function openWriter(hub: Hub): Promise<(value: string) => Promise<unknown>> {
    const durability = await openDurability(hub)
    stops.push(() => durability.close())
    return (value) => durability.write(() => hub.redis.set('key', value))
  }

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-durable-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  for (const name of ['redis-server', 'valkey-server']) {
    it(`is synced by ${name} before it is answered, whoever else ends one meanwhile`, async function () {
      const program = findProgram(name)
      const tracer = findProgram('strace')
      if (program === undefined || tracer === undefined) {
        // Which of both is missing is told with the test's title.
        this.test!.title += ` (skipped: ${program === undefined ? name : 'strace'} is not on PATH)`
        this.skip()
      }
      const { server, hub } = await open(newFolder(), { program })
      const writers = [await openWriter(hub), await openWriter(await connect(server))]
      const trace = await traceWrites(tracer, server.pid, newFolder())
      await Promise.all(
        writers.map(async (write, who) => {
          for (let at = 0; at < 200; at++) {
            await write(`${mark}${who}-${at}`)
            if (at % 3 === who) await sleep(Math.random() * 2)
          }
        }),
      )
      const { synced, answeredBefore } = judge(await trace.stop(), server.pid)
      expect(answeredBefore).to.deep.equal([])
      // Two writers at once share some.
      expect(synced).to.be.at.least(200)
      await until('it syncs every second again', async () => (await settingOf(hub)) === 'everysec', 2_000)
    })
  }

  it('is waited for by whoever has ended one, before each write is synced no more', async () => {
    const { server, hub } = await open(newFolder())
    const other = await connect(server)
    const slow = await openDurability(other)
    stops.push(() => slow.close())
    const quick = await openWriter(hub)
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => (goOn = resolve))
    const writing = slow.write(async () => {
      await held
      return other.redis.set('key', 'late')
    })
    await quick('a')
    const looked = async () => /^cmdstat_unwatch:calls=1,/m.test(await hub.redis.info('commandstats'))
    await until('the other one is seen', looked, 2_000)
    expect(await settingOf(hub)).to.equal('always')
    goOn()
    expect(await writing).to.equal('OK')
    await until('it syncs every second again', async () => (await settingOf(hub)) === 'everysec', 2_000)
  })

  it('leaves a server that syncs each write by itself as it is', async () => {
    const { hub } = await open(newFolder(), { lines: ['appendfsync always'] })
    const write = await openWriter(hub)
    await write('a')
    await write('b')
    expect(await settingOf(hub)).to.equal('always')
  })

  it('leaves a server as it is that has data in another database, whose writers it does not see', async () => {
    const { hub } = await open(newFolder())
    const other = hub.redis.duplicate({ db: 3 })
    stops.push(() => other.disconnect())
    await other.connect()
    await other.set('key', 'value')
    const write = await openWriter(hub)
    await write('a')
    await write('b')
    expect(await settingOf(hub)).to.equal('always')
  })

  it('is refused by a server that keeps no file, with a sentence', async () => {
    const { hub } = await open(newFolder(), { lines: ['appendonly no'] })
    const failure = await failureOf(() => openDurability(hub))
    expect(failure).to.be.instanceOf(ConfigError)
    expect(failure.message).to.match(/must keep an append-only file: appendonly yes, was no$/)
  })
})

async function settingOf(hub: Hub): Promise<string | undefined> {
  const settings = (await hub.redis.config('GET', 'appendfsync')) as unknown
  return (settings as string[])[1]
}

/** Watches what a server's process writes and syncs; tells it line by line. */
async function traceWrites(
  tracer: string,
  pid: number,
  folder: string,
): Promise<{ stop(): Promise<string[]> }> {
  const file = join(folder, 'trace')
  const calls = 'trace=write,writev,sendto,fdatasync,fsync'
  const child = spawn(tracer, ['-f', '-s', '8000', '-e', calls, '-o', file, '-p', String(pid)])
  await new Promise<void>((resolve, reject) => {
    let told = ''
    child.stderr.on('data', (part: Buffer) => {
      told += part.toString()
      if (told.includes(' attached')) resolve()
    })
    child.once('exit', () => reject(new Error(`strace ended: ${told}`)))
  })
  return {
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGINT')
      await ended
      return readFileSync(file, 'utf8').split('\n')
    },
  }
}

/** How often what was marked was synced by the thread that answers, and what that answered before it had. */
function judge(lines: readonly string[], pid: number): { synced: number; answeredBefore: string[] } {
  const answeredBefore: string[] = []
  let synced = 0
  let isWaiting = false
  for (const line of lines) {
    if (!line.startsWith(`${pid} `)) continue
    if (/f(?:data)?sync/.test(line)) {
      if (isWaiting) synced += 1
      isWaiting = false
    } else if (line.includes(mark)) isWaiting = true
    else if (isWaiting) answeredBefore.push(line)
  }
  return { synced, answeredBefore }
}
