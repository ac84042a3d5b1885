import { expect } from 'chai'
import { readPositions } from '../../lib/account/positions.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import {
  addresses,
  differencesOf,
  keySettings,
  of,
  openTrading,
  sourceSettings,
  watchPositions,
} from '../support/account-system.ts'
import { withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const sources: readonly AccountSource[] = ['account', 'risk', 'stream']

// Two seconds after a change until an absent row is asked about, a poll, and the question.
const convergesWithinMs = 6_000

async function untilSame(
  system: System,
  client: AccountClient,
  withinMs = convergesWithinMs,
): Promise<number> {
  let found: string[] = []
  const same = async () => {
    system.requireAlive()
    found = await differencesOf(system, client)
    return found.length === 0
  }
  return until('Redis tells what the venue knows', same, withinMs, () => found.join('; '))
}

/** Real ms since the position was last confirmed by any source. */
async function ageOf(system: System, place: string): Promise<number> {
  const position = (await readPositions(system.hub, of)).get(place)
  return system.simulator.now() - Math.max(0, ...Object.values(position?.lastConfirmedAt ?? {}))
}

async function untilConnected(system: System, source: string): Promise<void> {
  const connected = async () => (await beatOf(system, source))['connected'] === '1'
  await until('the stream is connected', connected, 10_000)
}

async function beatOf(system: System, source: string): Promise<Readonly<Record<string, string>>> {
  const actors = await readLivingActors(system.hub.redis, system.hub.keys)
  return actors.find(({ fields }) => fields['sources'] === source)?.fields ?? {}
}

describe('an account', function () {
  this.timeout(120_000)
  const open = withSystems()

  async function openSources(
    share = 1,
    started: readonly AccountSource[] = sources,
  ): Promise<{ system: System; client: AccountClient }> {
    const system = await open({ symbols: 12, klines: 0, cursors: 0 })
    await Promise.all(started.map((source) => system.start('position', sourceSettings(source, share))))
    if (started.includes('stream')) await untilConnected(system, 'stream')
    return { system, client: await openTrading(system) }
  }

  it('is in Redis as the venue knows it, by one process with all sources at a tenth of an address', async () => {
    const system = await open({ symbols: 12, klines: 0, cursors: 0 })
    await system.start('position', keySettings)
    await untilConnected(system, 'account risk stream')
    const client = await openTrading(system)
    const watched = await watchPositions(system)
    for (const quantity of ['0.02', '0.01']) await client.market('BTCUSDT', 'BUY', quantity)
    await client.market('ETHUSDT', 'SELL', '0.3')
    await client.market('BTCUSDT', 'SELL', '0.03')
    await client.market('ETHUSDT', 'BUY', '0.5')
    tell(`the same after ${await untilSame(system, client)} ms`)
    const truth = await client.truth()
    expect(watched.count()).to.be.above(0)
    expect(watched.wrong(truth)).to.deep.equal([])
    watched.stop()
    const positions = await readPositions(system.hub, of)
    expect(positions.get('BTCUSDT/both')?.size).to.equal('0')
    expect(positions.get('ETHUSDT/both')?.size).to.equal('0.2')
  })

  it('stays fresh by the other sources while the stream is silent with its socket open, which is found and mended', async () => {
    const { system, client } = await openSources(0.3)
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    await system.simulator.faults({ kind: 'silence', path: 'stream/private' })
    await client.market('BTCUSDT', 'BUY', '0.01')
    const silentAt = Date.now()
    const before = Number((await beatOf(system, 'stream'))['opened'])
    let oldest = 0
    const found = async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      return Number((await beatOf(system, 'stream'))['stalls']) > 0
    }
    const stallMs = await until('the stall is found', found, 6_000)
    await system.simulator.faults()
    const back = async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      return Number((await beatOf(system, 'stream'))['opened']) > before
    }
    await until('another connection', back, 10_000)
    const backMs = Date.now() - silentAt
    tell(
      `positions at most ${oldest} ms old, stall found after ${stallMs} ms, stream back after ${backMs} ms`,
    )
    expect(stallMs).to.be.below(5_000)
    expect(backMs).to.be.below(10_000)
    expect(oldest).to.be.below(2_000)
    // The new connection tells again.
    await client.market('BTCUSDT', 'SELL', '0.01')
    const told = async () =>
      (await readPositions(system.hub, of)).get('BTCUSDT/both')?.lastConfirmedAt.stream !== undefined
    await until('the stream tells of a change', told, 2_000)
    await untilSame(system, client)
  })

  it('goes on by the stream alone while both other addresses are banned', async () => {
    const { system, client } = await openSources()
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    await system.simulator.faults(
      { kind: 'ban', ms: 8_000, address: addresses.account },
      { kind: 'ban', ms: 8_000, address: addresses.risk },
    )
    const closed = async () => {
      const beats = await Promise.all([beatOf(system, 'account'), beatOf(system, 'risk')])
      return beats.every((beat) => Number(beat['closedUntil']) > Date.now())
    }
    await until('both addresses are closed', closed, 5_000)
    const closedAt = Date.now()
    const names = ['lost account', 'lost risk', 'lost redundancy']
    const conditions = async () => {
      const standing = await readConditions(system.hub, of)
      return names.every((name) => standing.has(name)) && !standing.has('lost stream')
    }
    tell(`the loss is a condition after ${await until('the loss is a condition', conditions, 5_000)} ms`)
    for (const side of ['BUY', 'SELL', 'SELL'] as const) {
      await client.market('BTCUSDT', side, '0.01')
      tell(`by the stream alone after ${await untilSame(system, client, 1_000)} ms`)
    }
    await client.market('ETHUSDT', 'BUY', '0.1')
    await untilSame(system, client, 1_000)
    const cleared = async () => (await readConditions(system.hub, of)).size === 0
    const left = async () => [...(await readConditions(system.hub, of)).keys()].join(', ')
    let standing = ''
    const looked = async () => {
      standing = await left()
      return cleared()
    }
    await until('the conditions clear by themselves', looked, 15_000, () => standing)
    tell(`all conditions are clear ${Date.now() - closedAt} ms after the bans began`)
  })

  for (const offsetMs of [2_000, -2_000]) {
    it(`is right while the venue's clock steps by ${offsetMs} ms, at the cost of a refusal at most`, async () => {
      const { system, client } = await openSources(0.5, ['account', 'risk'])
      const watched = await watchPositions(system)
      await client.market('BTCUSDT', 'BUY', '0.02')
      await client.market('ETHUSDT', 'BUY', '0.1')
      await untilSame(system, client)
      await system.simulator.faults({ kind: 'clockOffset', offsetMs })
      const stepped = await openTrading(system)
      await stepped.market('BTCUSDT', 'SELL', '0.01')
      await stepped.market('ETHUSDT', 'SELL', '0.1')
      tell(`the same ${await untilSame(system, client)} ms after the step`)
      await system.simulator.faults()
      await client.market('BTCUSDT', 'SELL', '0.02')
      tell(`the same ${await untilSame(system, client)} ms after the step back`)
      expect(watched.wrong(await client.truth())).to.deep.equal([])
      watched.stop()
      const beats = [await beatOf(system, 'account'), await beatOf(system, 'risk')]
      tell(`polls that failed: ${beats.map((beat) => beat['failures']).join(', ')}`)
      for (const beat of beats) expect(Number(beat['failures'])).to.be.at.most(1)
    })
  }

  it('shares an address with market data, and neither starves the other', async () => {
    const system = await open({ symbols: 24, share: 0.95 })
    await Promise.all([system.start('ticker'), system.start('mark'), system.start('position', keySettings)])
    const client = await openTrading(system)
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    let [oldest, oldestCandle] = [0, 0]
    // The first seconds are those in which every flow finds its pace.
    await watch(3_000, async () => system.requireAlive())
    const since = Date.now()
    await watch(12_000, async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      oldestCandle = Math.max(oldestCandle, ...(await system.ages()).values())
    })
    // Three quarters of the address, less the quotes' fifth, the marks' twentieth and two tenths of the account's.
    const lapMs = system.lapMs / (0.75 * (1 - 0.2 - 0.05 - 0.2))
    const { addresses: stats } = await system.simulator.stats()
    tell(
      `positions at most ${oldest} ms old, candles ${oldestCandle} ms where a lap is ${lapMs.toFixed(0)}; ${Date.now() - since} ms`,
    )
    expect(oldest).to.be.below(2_000)
    expect(oldestCandle).to.be.below(3 * lapMs)
    for (const { http429, http418 } of Object.values(stats)) expect(http429 + http418).to.equal(0)
  })

  it('is there again after FLUSHALL, by the endpoints and by the stream alone', async () => {
    for (const started of [['account', 'risk'], ['stream']] as const) {
      const { system, client } = await openSources(0.5, started)
      await client.market('BTCUSDT', 'BUY', '0.01')
      await untilSame(system, client)
      await system.hub.redis.flushall()
      tell(`by ${started.join(' and ')} after ${await untilSame(system, client)} ms`)
    }
  })
})
