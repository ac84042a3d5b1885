import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import { startEmbeddedRedis } from '../../lib/hub/embedded-redis.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { redisVersionIn } from '../../lib/hub/redis.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { failureOf } from '../support/failure-of.ts'

describe('a durable write', function () {
  this.timeout(20_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  async function open(folder: string, lines: string[] = []) {
    const server = await startEmbeddedRedis(folder, { lines })
    const hub = await openHub(readConfig({}, {}).config, server.endpoint, openLog('error', {}), 'test')
    stops.push(() => server.stop())
    stops.push(() => hub.close())
    return hub
  }

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-durable-'))
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  it('syncs before it answers on a server that cannot tell when it has', async () => {
    const hub = await open(newFolder())
    const durability = await openDurability(hub)
    await durability.write(() => hub.redis.set('key', 'value'))
    const [major, minor] = redisVersionIn(await hub.redis.info('server'))
      .split('.')
      .map(Number)
    const tells = Number(major) > 7 || (major === 7 && Number(minor) >= 2)
    expect(await settingOf(hub)).to.equal(tells ? 'everysec' : 'always')
  })

  it('is refused by a server that keeps no file, with a sentence', async () => {
    const hub = await open(newFolder(), ['appendonly no'])
    const failure = await failureOf(() => openDurability(hub))
    expect(failure).to.be.instanceOf(ConfigError)
    expect(failure.message).to.match(/must keep an append-only file: appendonly yes, was no$/)
  })
})

async function settingOf(hub: Hub): Promise<string | undefined> {
  const settings = (await hub.redis.config('GET', 'appendfsync')) as unknown
  return (settings as string[])[1]
}
