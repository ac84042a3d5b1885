import { expect } from 'chai'
import { readBalances } from '../../lib/account/balances.ts'
import { readModes } from '../../lib/account/account-modes.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { postJson } from '../simulator/request.ts'
import { differencesOf, keySettings, openTrading } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { withSystem } from '../support/system.ts'
import { tell, until } from '../support/until.ts'
import { nameAt } from '../support/venue-names.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const symbol = 'ETHUSDT'
const hedged = { key: 'hedged', secret: 'hedged' }
const simulatorFlags = ['--account', 'demo:demo:USDT=100000', '--account', 'hedged:hedged:USDT=100000']

for (const venue of ['okx', 'bybit'] as const) {
  describe(`an account at ${venue} that is read by the position actor`, function () {
    this.timeout(60_000)
    const opened = withSystem({ venue, symbols: 3, klines: 0, listed: true, simulatorFlags })
    const of = { venue, account: 'main' }
    const place = `${nameAt(venue, symbol)}/both`
    let client: AccountClient
    let child: Child

    before(async () => {
      client = await openTrading(opened())
      child = await opened().start('position', keySettings)
      await untilConnected()
    })
    // Whatever a test did not get to.
    afterEach(() => opened().simulator.faults())

    const beat = async () => {
      const { hub } = opened()
      const actors = await readLivingActors(hub.redis, hub.keys)
      return actors.find(({ id }) => id.endsWith(`:${child.pid}`))?.fields ?? {}
    }
    const untilConnected = () =>
      until('the stream is connected', async () => (await beat())['connected'] === '1', 20_000)
    const positionOf = async () => (await readPositions(opened().hub, of)).get(place)
    const untilSame = (withinMs = 10_000) => {
      let found: string[] = []
      return until(
        'Redis tells what the venue knows',
        async () => (found = await differencesOf(opened(), client)).length === 0,
        withinMs,
        () => found.join('; '),
      )
    }
    // Nothing is told by the stream, of what is held or of money.
    const hush = () => opened().simulator.faults({ kind: 'drop', path: 'stream/private' })

    it('is in Redis, with its modes and its balance', async () => {
      const { hub } = opened()
      await client.market(symbol, 'BUY', '0.3')
      await untilSame()
      expect((await positionOf())?.size).to.equal(venue === 'okx' ? '3' : '0.3')
      await until('the modes', async () => (await readModes(hub, of)) !== undefined, 10_000)
      expect(await readModes(hub, of)).to.include({ positionMode: 'one-way', multiAssets: false })
      expect((await readBalances(hub, of)).get('USDT')?.walletBalance).to.match(/^99999\.\d+$/)
    })

    it('follows the stream at once, and the endpoints where the stream says nothing', async () => {
      await client.market(symbol, 'SELL', '0.7')
      tell(`${venue}: heard of a position after ${await untilSame()} ms`)
      await hush()
      await client.market(symbol, 'BUY', '1.1')
      tell(`${venue}: asked for a position after ${await untilSame()} ms`)
      await postJson(`${client.url}/_sim/transfer`, { key: 'demo', asset: 'USDT', amount: '25.5' })
      tell(`${venue}: asked for a payment after ${await untilSame()} ms`)
      await opened().simulator.faults()
      await postJson(`${client.url}/_sim/transfer`, { key: 'demo', asset: 'USDT', amount: '-25.5' })
      await untilSame()
    })

    // What follows is said of one venue; of the other the soak says it, too.
    if (venue !== 'okx' && !soak) return

    it('is confirmed by all three sources', async () => {
      await client.market(symbol, 'BUY', '0.1')
      let found: string[] = []
      const all = async () => {
        found = Object.keys((await positionOf())?.lastConfirmedAt ?? {}).toSorted()
        return found.length === 3
      }
      await until('a word of each', all, 10_000, () => found.join(' '))
      expect(found).to.deep.equal(['account', 'risk', 'stream'])
    })

    it('is heard again after its connection was lost', async () => {
      const before = Number((await beat())['opened'])
      // One that has been left may still be open beside it.
      await opened().simulator.faults({ kind: 'cut', path: 'stream/private', count: 2 })
      await client.market(symbol, 'SELL', '0.2')
      await until('another connection', async () => Number((await beat())['opened']) > before, 20_000)
      await untilConnected()
      await client.market(symbol, 'BUY', '0.2')
      await untilSame()
      const heard = async () =>
        ((await positionOf())?.lastConfirmedAt.stream ?? 0) >= ((await positionOf())?.time ?? NaN)
      await until('the stream tells of it', heard, 15_000)
    })

    it('is flat when the venue says so', async () => {
      await client.market(symbol, 'SELL', '0.8')
      tell(`${venue}: heard that it is flat after ${await untilSame()} ms`)
      expect((await positionOf())?.size).to.equal('0')
      await client.market(symbol, 'BUY', '0.2')
      await untilSame()
      await hush()
      await client.market(symbol, 'SELL', '0.2')
      tell(`${venue}: asked whether it is flat after ${await untilSame()} ms`)
      expect((await positionOf())?.size).to.equal('0')
    })

    // Bybit tells of every symbol that is asked for by its name, held or not.
    if (venue === 'okx')
      it('is flat when the venue has forgotten that there was a position', async () => {
        await client.market(symbol, 'BUY', '0.2')
        await untilSame()
        await opened().simulator.faults(
          { kind: 'drop', path: 'stream/private' },
          { kind: 'lackRows', symbol, path: '/account/positions' },
        )
        const isFlat = async () => (await positionOf())?.size === '0'
        tell(`believed to be flat after ${await until('a size of 0', isFlat, 20_000)} ms`)
        await opened().simulator.faults()
        await untilSame()
      })

    it('has both sides of a symbol in hedge mode', async () => {
      await postJson(`${client.url}/_sim/accounts`, { ...hedged, dualSidePosition: true })
      await opened().start('position', {
        SLUICE_ACCOUNT: 'hedged',
        SLUICE_KEY_HEDGED: hedged.key,
        SLUICE_SECRET_HEDGED: hedged.secret,
        SLUICE_PASSPHRASE_HEDGED: 'a phrase',
      })
      const both = await AccountClient.open(client.url, hedged.key, hedged.secret)
      await both.market(symbol, 'BUY', '0.3', { positionSide: 'LONG' })
      await both.market(symbol, 'SELL', '0.5', { positionSide: 'SHORT' })
      const account = { venue, account: 'hedged' }
      const sizes = async () => {
        const positions = await readPositions(opened().hub, account)
        return ['long', 'short']
          .map((side) => positions.get(`${nameAt(venue, symbol)}/${side}`)?.size)
          .join(' ')
      }
      let found = ''
      const wanted = venue === 'okx' ? '3 -5' : '0.3 -0.5'
      await until(
        'both sides',
        async () => (found = await sizes()) === wanted,
        10_000,
        () => found,
      )
      const mode = async () => (await readModes(opened().hub, account))?.positionMode === 'hedge'
      await until('the mode', mode, 10_000)
    })
  })
}
