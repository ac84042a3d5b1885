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
import type { Child } from '../support/child.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const sources: readonly AccountSource[] = ['account', 'risk', 'stream']

const accountShare = 0.95
// What is polled at full pace takes a core that other tests want.
const marketShare = 0.5
// Quotes and marks have fixed parts of the address; candles take whatever is left.
const marketKinds = [...(['kline', 'symbol-cursor'] as const), ...(soak ? (['ticker', 'mark'] as const) : [])]

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

async function untilConnected(system: System, child: Child): Promise<void> {
  const connected = async () => (await beatOf(system, child))['connected'] === '1'
  await until('the stream is connected', connected, 10_000)
}

async function beatOf(system: System, child: Child | undefined): Promise<Readonly<Record<string, string>>> {
  const actors = await readLivingActors(system.hub.redis, system.hub.keys)
  return actors.find(({ id }) => id.endsWith(`:${child?.pid}`))?.fields ?? {}
}

/** Closes what an earlier test has left open. */
async function flatten(client: AccountClient): Promise<void> {
  for (const { symbol, size } of (await client.truth()).positions)
    if (Number(size) !== 0)
      await client.market(symbol, Number(size) > 0 ? 'SELL' : 'BUY', size.replace('-', ''))
}

describe('an account', function () {
  this.timeout(120_000)
  const opened = withSystem({ symbols: 24, share: accountShare, klines: 0, cursors: 0 })
  // What reads the account now: by one source each at its share, or by all of them.
  const running = new Map<string, Child>()

  /** Ends whatever else reads the account. */
  async function keepOnly(names: readonly string[]): Promise<void> {
    for (const [name, child] of running) {
      if (names.includes(name)) continue
      await child.signal('SIGKILL')
      running.delete(name)
    }
  }

  /** One process with all sources. */
  async function openWhole(): Promise<{ system: System; client: AccountClient }> {
    const system = opened()
    await keepOnly(['whole'])
    const whole = running.get('whole') ?? (await system.start('position', keySettings))
    running.set('whole', whole)
    await untilConnected(system, whole)
    const client = await openTrading(system)
    await flatten(client)
    return { system, client }
  }

  /** A process for each source, and nothing else that reads the account. */
  async function openSources(
    share: number,
    started: readonly AccountSource[] = sources,
  ): Promise<{
    system: System
    client: AccountClient
    beat: (source: AccountSource) => Promise<Readonly<Record<string, string>>>
  }> {
    const system = opened()
    const nameOf = (source: AccountSource) => `${source} at ${share}`
    const childOf = (source: AccountSource) => running.get(nameOf(source))
    await keepOnly(started.map(nameOf))
    const missing = started.filter((source) => childOf(source) === undefined)
    await Promise.all(
      missing.map(async (source) =>
        running.set(nameOf(source), await system.start('position', sourceSettings(source, share))),
      ),
    )
    const stream = childOf('stream')
    if (stream !== undefined) await untilConnected(system, stream)
    const client = await openTrading(system)
    await flatten(client)
    return { system, client, beat: (source) => beatOf(system, childOf(source)) }
  }

  async function requireBackAfterFlush(started: readonly AccountSource[]): Promise<void> {
    const { system, client } = await openSources(0.3, started)
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    await system.hub.redis.flushall()
    tell(`by ${started.join(' and ')} after ${await untilSame(system, client)} ms`)
  }

  it('is in Redis as the venue knows it, by one process with all sources at a tenth of an address', async () => {
    const { system, client } = await openWhole()
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

  it('shares an address with market data, and neither starves the other', async () => {
    const { system, client } = await openWhole()
    const market = await Promise.all(
      marketKinds.map((kind) => system.start(kind, { SLUICE_SHARE: String(marketShare) })),
    )
    await system.untilPolled(0, 30_000)
    await system.simulator.reset()
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    let [oldest, oldestCandle] = [0, 0]
    // The first seconds are those in which every flow finds its pace.
    await watch(2_000, async () => system.requireAlive())
    const since = Date.now()
    await watch(soak ? 5_000 : 3_000, async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      oldestCandle = Math.max(oldestCandle, ...(await system.ages()).values())
    })
    // Three quarters of the address, less the quotes' fifth, the marks' twentieth and two tenths of the account's.
    const lapMs = (system.lapMs * accountShare) / marketShare / (0.75 * (1 - 0.2 - 0.05 - 0.2))
    const { addresses: stats } = await system.simulator.stats()
    tell(
      `positions at most ${oldest} ms old, candles ${oldestCandle} ms where a lap is ${lapMs.toFixed(0)}; ${Date.now() - since} ms`,
    )
    expect(oldest).to.be.below(2_000)
    expect(oldestCandle).to.be.below(4 * lapMs)
    for (const { http429, http418 } of Object.values(stats)) expect(http429 + http418).to.equal(0)
    for (const child of market) await child.signal('SIGKILL')
  })

  for (const offsetMs of soak ? [2_000, -2_000] : [2_000]) {
    it(`is right while the venue's clock steps by ${offsetMs} ms, at the cost of a refusal at most`, async () => {
      const { system, client, beat } = await openSources(0.3, ['account', 'risk'])
      const watched = await watchPositions(system)
      await client.market('BTCUSDT', 'BUY', '0.02')
      await client.market('ETHUSDT', 'BUY', '0.1')
      await untilSame(system, client)
      const failuresOf = async (source: AccountSource) => Number((await beat(source))['failures'])
      const before = [await failuresOf('account'), await failuresOf('risk')]
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
      const after = [await failuresOf('account'), await failuresOf('risk')]
      const failed = after.map((count, at) => count - (before[at] ?? 0))
      tell(`polls that failed: ${failed.join(', ')}`)
      for (const count of failed) expect(count).to.be.at.most(1)
    })
  }

  it('is there again after FLUSHALL, by the endpoints alone', async () => {
    await requireBackAfterFlush(['account', 'risk'])
  })

  it('stays fresh by the other sources while the stream is silent with its socket open, which is found and mended', async () => {
    const { system, client, beat } = await openSources(0.3)
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    await system.simulator.faults({ kind: 'silence', path: 'stream/private' })
    await client.market('BTCUSDT', 'BUY', '0.01')
    const silentAt = Date.now()
    const before = Number((await beat('stream'))['opened'])
    const stallsBefore = Number((await beat('stream'))['stalls'])
    let oldest = 0
    const found = async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      return Number((await beat('stream'))['stalls']) > stallsBefore
    }
    const stallMs = await until('the stall is found', found, 6_000)
    await system.simulator.faults()
    const back = async () => {
      oldest = Math.max(oldest, await ageOf(system, 'BTCUSDT/both'))
      return Number((await beat('stream'))['opened']) > before
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
    const { system, client, beat } = await openSources(0.3)
    await client.market('BTCUSDT', 'BUY', '0.01')
    await untilSame(system, client)
    await system.simulator.faults(
      { kind: 'ban', ms: 6_000, address: addresses.account },
      { kind: 'ban', ms: 6_000, address: addresses.risk },
    )
    const closed = async () => {
      const beats = await Promise.all([beat('account'), beat('risk')])
      return beats.every((each) => Number(each['closedUntil']) > Date.now())
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

  it('is there again after FLUSHALL, by the stream alone', async () => {
    await requireBackAfterFlush(['stream'])
  })
})
