import { expect } from 'chai'
import { SymbolLedger } from '../../scripts/bench/stop-ledger.ts'
import { readLadders } from '../../lib/orders/ladders.ts'
import { div, floorTo } from '../../lib/model/decimal.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { keySettings } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { ladderOf, untilLadder } from '../support/ladder-system.ts'
import {
  conditionsOf,
  openAccount,
  openPositions,
  perpetualsOf,
  richSystem,
  startRisk,
  withRisks,
} from '../support/risk-system.ts'
import type { Held, OwnAccount } from '../support/risk-system.ts'
import type { RedisProcess } from '../support/redis-process.ts'
import { runProgram } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'
import type { Truth } from '../simulator/account-client.ts'

// Times the position of a moment before: a ladder and its successor, which is up to a quarter bigger. A third one would
// make it three.
const twoLadders = 2.5

// ms after the start; after every second one the next comes before the stops are complete.
const soak = process.env['SOAK_RUNS'] !== undefined
const killedAfterMs = soak ? [0, 8, 16, 24, 40, 60] : [0, 8]

describe('the stops of an account', function () {
  this.timeout(120_000)
  const running = withSystem(richSystem)
  let system: System
  const start = withRisks(running)
  // Most tests have symbols of their own in one account, whose actor goes on from one to the next.
  let account: OwnAccount
  let keeper: Child
  let taken = 0
  before(async () => {
    system = running()
    account = await openAccount(system, 'ladders')
    keeper = await startRisk(system, account.risk)
  })
  after(() => keeper.signal('SIGKILL'))

  async function restartKeeper(): Promise<void> {
    await keeper.signal('SIGKILL')
    keeper = await startRisk(system, account.risk)
  }

  async function takeSymbols(count: number): Promise<ListedInstrument[]> {
    taken += count
    return (await perpetualsOf(system, taken)).slice(-count)
  }

  /** Opens positions in symbols that no test has had. */
  async function openHeld({ client }: OwnAccount, count = 1): Promise<[first: Held, ...rest: Held[]]> {
    const [first, ...rest] = await openPositions(system, client, await takeSymbols(count), 5_000)
    if (first === undefined) throw new Error('nothing is held')
    return [first, ...rest]
  }

  function longestBareMs(truth: Truth, { instrument }: Held): number {
    const ledger = new SymbolLedger(truth, instrument.symbol)
    const spans = ledger.bareSpans(0.05, Number(instrument.maxMarketQty))
    return Math.max(0, ...spans.map(({ from, to }) => to - from))
  }

  function partOf({ instrument, size }: Held, parts: string): string {
    return floorTo(div(size, parts, 8), instrument.lotSize ?? '1')
  }

  it('stand soon after a position was opened, add up to it, and go when it is closed', async () => {
    const { client } = account
    const both = await openHeld(account, 2)
    for (const held of both) {
      const { symbol } = held.instrument
      const truth = await untilLadder(client, symbol, 10_000)
      tell(`covered after ${longestBareMs(truth, held)} ms`)
      expect(longestBareMs(truth, held)).to.be.at.most(3_000)
      expect(ladderOf(truth, symbol).rungs).to.have.length(4)
    }
    for (const { instrument, side, size } of both)
      await client.market(instrument.symbol, side === 'BUY' ? 'SELL' : 'BUY', size)
    for (const { instrument } of both) await untilLadder(client, instrument.symbol, 10_000)
    expect((await client.truth()).openAlgoOrders).to.deep.equal([])
  })

  it('are succeeded by others that stand first when the position grows by a tenth', async () => {
    const { client } = account
    const [held] = await openHeld(account)
    const { symbol } = held.instrument
    const before = ladderOf(await untilLadder(client, symbol, 10_000), symbol)
    await client.market(symbol, 'BUY', partOf(held, '10'))
    const after = await untilLadder(client, symbol, 10_000)
    const old = new Set(before.rungs.map(({ id }) => id))
    const fresh = new Set(ladderOf(after, symbol).rungs.map(({ id }) => id))
    const ends = after.algoOrders.filter((row) => old.has(String(row['clientAlgoId'])))
    const begins = after.algoOrders.filter((row) => fresh.has(String(row['clientAlgoId'])))
    expect(ends).to.have.length(4)
    const stoodAt = Math.max(...begins.map((row) => Number(row['createTime'])))
    const firstGoneAt = Math.min(...ends.map((row) => Number(row['updateTime'])))
    tell(`the new ladder stood ${firstGoneAt - stoodAt} ms before the old one went`)
    expect(firstGoneAt).to.be.at.least(stoodAt)
    expect(longestBareMs(after, held)).to.be.at.most(3_000)
    // Smaller by less than a twentieth nothing happens; by more it is succeeded again.
    await client.market(symbol, 'SELL', partOf(held, '2'))
    await untilLadder(client, symbol, 10_000)
  })

  it('are complete after every kill of their actor, and never twice what the position needs beside its successor', async () => {
    const { client } = account
    const [held] = await openHeld(account)
    for (const afterMs of killedAfterMs) {
      const killAt = Date.now() + afterMs
      await until('it is time to kill', async () => Date.now() >= killAt, 5_000)
      await keeper.signal('SIGKILL')
      await client.market(held.instrument.symbol, 'BUY', partOf(held, '8'))
      keeper = await startRisk(system, account.risk)
      if (afterMs % 16 === 0) continue
      await untilLadder(client, held.instrument.symbol, 15_000)
      await client.market(held.instrument.symbol, 'BUY', partOf(held, '8'))
    }
    const truth = await untilLadder(client, held.instrument.symbol, 15_000)
    const doubled = new SymbolLedger(truth, held.instrument.symbol).mostDoubled()
    tell(`at most ${doubled.toFixed(2)} times the position`)
    expect(doubled).to.be.at.most(twoLadders)
    expect((await readLadders(system.hub, account.of)).has(`${held.instrument.symbol}/both`)).to.equal(true)
  })

  const silences = [
    ['frozen', (redis: RedisProcess) => redis.freeze(), (redis: RedisProcess) => redis.thaw()],
    ['killed', (redis: RedisProcess) => redis.kill(), (redis: RedisProcess) => redis.restart()],
  ] as const
  // One that is killed says so at once; of one that is frozen nothing is heard.
  for (const [how, silence, recover] of soak ? silences : silences.slice(0, 1))
    it(`stand though Redis is ${how} when a position is opened`, async () => {
      const { client } = account
      const [first] = await openHeld(account)
      const next = await takeSymbols(1)
      await untilLadder(client, first.instrument.symbol, 10_000)
      await silence(system.redis)
      let second: Held | undefined
      try {
        second = (await openPositions(system, client, next, 5_000))[0]
        if (second === undefined) throw new Error('nothing is held')
        for (const held of [first, second]) {
          const truth = await untilLadder(client, held.instrument.symbol, 10_000)
          tell(`covered after ${longestBareMs(truth, held)} ms`)
          expect(longestBareMs(truth, held)).to.be.at.most(3_000)
        }
      } finally {
        await recover(system.redis)
      }
      const places = [first, second].map(({ instrument }) => `${instrument.symbol}/both`)
      const isWritten = async () => {
        const ladders = await readLadders(system.hub, account.of)
        return places.every((place) => ladders.has(place))
      }
      await until('what stands is remembered', isWritten, 15_000)
      await client.market(second.instrument.symbol, 'BUY', second.size)
      await untilLadder(client, second.instrument.symbol, 15_000)
    })

  it('stand though lists lag a minute and the venue denies what it has just taken', async () => {
    const { client } = account
    await system.simulator.faults(
      { kind: 'lag', ms: 60_000, path: 'GET /fapi/v1/openAlgoOrders' },
      { kind: 'notFoundFor', ms: 3_000, path: 'GET /fapi/v1/algoOrder' },
      { kind: 'unknown', taken: true, probability: 0.3, path: 'POST /fapi/v1/algoOrder' },
      { kind: 'unknown', taken: false, probability: 0.1, path: 'POST /fapi/v1/algoOrder' },
    )
    const both = await openHeld(account, 2)
    for (const held of both) await untilLadder(client, held.instrument.symbol, 25_000)
    await restartKeeper()
    for (const { instrument, side, size } of both) await client.market(instrument.symbol, side, size)
    for (const held of both) await untilLadder(client, held.instrument.symbol, 25_000)
    expect(keeper.crash()).to.equal(undefined)
  })

  it('go on with the process that stands by when the one that keeps them freezes, and are its alone', async () => {
    const { client } = account
    const first = keeper
    const second = await start({ ...account.risk, SLUICE_LOCAL_ADDRESS: '127.0.0.9' })
    const [held] = await openHeld(account)
    const { symbol } = held.instrument
    await untilLadder(client, symbol, 10_000)
    await first.signal('SIGSTOP')
    await client.market(symbol, 'BUY', partOf(held, '4'))
    const truth = await untilLadder(client, symbol, 15_000)
    tell(`with the other process after ${longestBareMs(truth, held)} ms without cover`)
    await first.signal('SIGCONT')
    await client.market(symbol, 'BUY', partOf(held, '4'))
    const after = await untilLadder(client, symbol, 15_000)
    expect(new SymbolLedger(after, symbol).mostDoubled()).to.be.at.most(twoLadders)
    expect(new SymbolLedger(after, symbol).earlyCancels(0.05)).to.equal(0)
    expect(second.crash()).to.equal(undefined)
  })

  it('stand for both sides of a symbol in hedge mode', async () => {
    const { client, risk } = await openAccount(system, 'hedge', { dualSidePosition: true })
    const [instrument] = await perpetualsOf(system, 1)
    if (instrument === undefined) throw new Error('no instrument is known')
    await start(risk)
    const { symbol, maxMarketQty } = instrument
    const size = floorTo(div(maxMarketQty ?? '100', '100', 8), instrument.lotSize ?? '1')
    await client.market(symbol, 'BUY', size, { positionSide: 'LONG' })
    await client.market(symbol, 'SELL', size, { positionSide: 'SHORT' })
    const standing = async () =>
      (await client.truth()).openAlgoOrders.map((row) => [row['positionSide'], row['side']].join(' '))
    const isComplete = async () => new Set(await standing()).size === 2 && (await standing()).length >= 6
    await until('both have stops', isComplete, 10_000)
    expect(new Set(await standing())).to.deep.equal(new Set(['LONG SELL', 'SHORT BUY']))
    await client.market(symbol, 'SELL', size, { positionSide: 'LONG' })
    const isShort = async () => (await standing()).every((each) => each === 'SHORT BUY')
    await until('those of the side that is closed go', isShort, 10_000)
  })

  it('are not kept in an account whose margin is shared, and that is told', async () => {
    const shared = await openAccount(system, 'shared', { multiAssetsMargin: true })
    await start(shared.risk)
    await openHeld(shared)
    const isTold = async () => (await conditionsOf(system, shared.of)).includes('ladder modes')
    await until('it is told', isTold, 10_000)
    expect((await shared.client.truth()).openAlgoOrders).to.deep.equal([])
  })

  it('need --live', async () => {
    const { host, port, password } = system.redis.endpoint
    const { code, stderr } = await runProgram('actors/risk/index.js', ['--account', 'main'], {
      ...keySettings,
      REDIS_URL: `redis://:${password}@${host}:${port}`,
    })
    expect([code, stderr.trim().split('\n').length]).to.deep.equal([2, 1])
    expect(stderr).to.contain('--live')
  })
})
