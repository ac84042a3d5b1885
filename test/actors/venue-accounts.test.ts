import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readBalances } from '../../lib/account/balances.ts'
import { readModes } from '../../lib/account/account-modes.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { readConfig } from '../../lib/hub/config.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { startAccountVenue } from '../support/account-venue.ts'
import type { AccountVenue } from '../support/account-venue.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { cleanEnvironment } from '../support/run-program.ts'
import { signedKeys } from '../support/signed-venue.ts'
import { tell, until } from '../support/until.ts'

const venues = [
  { id: 'okx', symbol: 'ETH-USDT-SWAP' },
  { id: 'bybit', symbol: 'ETHUSDT' },
] as const

for (const { id, symbol } of venues) {
  describe(`an account at ${id} that is read by the position actor`, function () {
    this.timeout(60_000)
    const stops: (() => Promise<unknown> | void)[] = []
    let hub: Hub
    let venue: AccountVenue
    let child: Child
    const of = { venue: id, account: 'main' }

    before(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-accounts-'))
      stops.push(() => rmSync(folder, { recursive: true, force: true }))
      const configFile = join(folder, 'sluice.json')
      writeFileSync(configFile, '{}')
      const redis = await startRedisProcess()
      stops.push(() => redis.stop())
      venue = await startAccountVenue(id)
      stops.push(() => venue.close())
      const { host, port, password } = redis.endpoint
      const { config } = readConfig({ exchange: id, logLevel: 'error' }, { SLUICE_CONFIG: configFile })
      hub = await openHub(config, redis.endpoint, openLog('error', { test: 1 }), 'test')
      stops.push(() => hub.close())
      child = startChild(
        'position',
        process.execPath,
        ['actors/position'],
        cleanEnvironment({
          REDIS_URL: `redis://:${password}@${host}:${port}`,
          SLUICE_CONFIG: configFile,
          SLUICE_EXCHANGE: id,
          SLUICE_EXCHANGE_URL: venue.url,
          SLUICE_ACCOUNT: 'main',
          SLUICE_KEY_MAIN: signedKeys.key,
          SLUICE_SECRET_MAIN: signedKeys.secret,
          SLUICE_PASSPHRASE_MAIN: signedKeys.passphrase,
          SLUICE_LOG_LEVEL: 'warn',
        }),
      )
      stops.push(() => child.signal('SIGKILL'))
      await untilConnected()
    })
    after(async () => {
      for (const stop of stops.toReversed()) await stop()
    })

    const sizeOf = async () => (await readPositions(hub, of)).get(`${symbol}/both`)?.size
    const untilSize = (size: string, withinMs = 10_000) => {
      let found: string | undefined
      return until(
        `a size of ${size}`,
        async () => (found = await sizeOf()) === size,
        withinMs,
        () => String(found),
      )
    }
    const beat = async () => (await readLivingActors(hub.redis, hub.keys))[0]?.fields ?? {}
    const untilConnected = () =>
      until('the stream is connected', async () => (await beat())['connected'] === '1', 20_000)

    it('is in Redis, with its modes and its balance', async () => {
      venue.hold(symbol, '3')
      await untilSize('3')
      const place = (await readPositions(hub, of)).get(`${symbol}/both`)
      expect(place?.entryPrice).to.equal('100.5')
      await until('the modes', async () => (await readModes(hub, of)) !== undefined, 10_000)
      expect(await readModes(hub, of)).to.include({ positionMode: 'one-way', multiAssets: false })
      await until('a balance', async () => (await readBalances(hub, of)).get('USDT') !== undefined, 10_000)
      expect((await readBalances(hub, of)).get('USDT')?.walletBalance).to.equal('1000')
    })

    it('is confirmed by all three sources', async () => {
      venue.hold(symbol, '4')
      const sources = async () =>
        Object.keys((await readPositions(hub, of)).get(`${symbol}/both`)?.lastConfirmedAt ?? {}).toSorted()
      let found: string[] = []
      const all = async () => (found = await sources()).length === 3
      await until('a word of each', all, 10_000, () => found.join(' '))
      expect(found).to.deep.equal(['account', 'risk', 'stream'])
    })

    it('follows the stream at once, and the endpoints where the stream says nothing', async () => {
      venue.hold(symbol, '-2.5')
      tell(`${id}: heard of a position after ${await untilSize('-2.5')} ms`)
      venue.hold(symbol, '7', true)
      tell(`${id}: asked for a position after ${await untilSize('7')} ms`)
      venue.pay('25.5')
      await until(
        'the payment',
        async () => (await readBalances(hub, of)).get('USDT')?.walletBalance === '1025.5',
        10_000,
      )
    })

    it('is flat when the venue says so, and when it has forgotten that there was a position', async () => {
      venue.hold(symbol, '0', true)
      await untilSize('0')
      venue.hold(symbol, '1')
      await untilSize('1')
      if (id === 'bybit') return
      venue.forget(symbol)
      await untilSize('0', 20_000)
    })

    it('is heard again after its connection was lost', async () => {
      const opened = Number((await beat())['opened'])
      for (const socket of venue.sockets.values()) socket.terminate()
      await until('another connection', async () => Number((await beat())['opened']) > opened, 10_000)
      await untilConnected()
      venue.hold(symbol, '9')
      await untilSize('9')
    })
  })
}
