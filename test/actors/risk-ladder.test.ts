import { expect } from 'chai'
import { SymbolLedger } from '../../scripts/bench/stop-ledger.ts'
import { readLadders } from '../../lib/orders/ladders.ts'
import { div, floorTo } from '../../lib/model/decimal.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import { ladderOf, untilLadder } from '../support/ladder-system.ts'
import {
  conditionsOf,
  openPositions,
  perpetualsOf,
  richSystem,
  riskSettings,
  startRisk,
} from '../support/risk-system.ts'
import type { Held } from '../support/risk-system.ts'
import { runProgram } from '../support/run-program.ts'
import { withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'
import type { AccountClient, Truth } from '../simulator/account-client.ts'

// Times the position of a moment before: a ladder and its successor, which is up to a quarter bigger. A third one would
// make it three.
const twoLadders = 2.5

describe('the stops of an account', function () {
  this.timeout(120_000)
  const open = withSystems()

  async function openHeld(
    system: System,
    client: AccountClient,
    count = 1,
  ): Promise<[first: Held, ...rest: Held[]]> {
    const [first, ...rest] = await openPositions(system, client, await perpetualsOf(system, count), 5_000)
    if (first === undefined) throw new Error('nothing is held')
    return [first, ...rest]
  }

  function longestBareMs(truth: Truth, { instrument }: Held): number {
    const ledger = new SymbolLedger(truth, instrument.symbol)
    const spans = ledger.bareSpans(0.05, Number(instrument.maxMarketQty))
    return Math.max(0, ...spans.map(({ from, to }) => to - from))
  }

  async function changeModes(system: System, modes: object): Promise<void> {
    const body = JSON.stringify({ key: 'demo', secret: 'demo', ...modes })
    const answer = await fetch(`${system.simulator.url}/_sim/accounts`, { method: 'POST', body })
    expect(answer.status).to.equal(200)
  }

  function partOf({ instrument, size }: Held, parts: string): string {
    return floorTo(div(size, parts, 8), instrument.lotSize ?? '1')
  }

  it('stand soon after a position was opened, add up to it, and go when it is closed', async () => {
    const system = await open(richSystem)
    const client = await openTrading(system)
    await perpetualsOf(system, 2)
    await startRisk(system)
    const both = await openHeld(system, client, 2)
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
    const system = await open(richSystem)
    const client = await openTrading(system)
    await perpetualsOf(system, 1)
    await startRisk(system)
    const [held] = await openHeld(system, client)
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
    const system = await open(richSystem)
    const client = await openTrading(system)
    const [instrument] = await perpetualsOf(system, 1)
    let risk = await startRisk(system)
    const [held] = await openHeld(system, client)
    for (const afterMs of [0, 8, 16, 24, 40, 60]) {
      const killAt = Date.now() + afterMs
      await until('it is time to kill', async () => Date.now() >= killAt, 5_000)
      await risk.signal('SIGKILL')
      await client.market(held.instrument.symbol, 'BUY', partOf(held, '8'))
      risk = await startRisk(system)
      if (afterMs % 16 === 0) continue
      await untilLadder(client, held.instrument.symbol, 15_000)
      await client.market(held.instrument.symbol, 'BUY', partOf(held, '8'))
    }
    const truth = await untilLadder(client, held.instrument.symbol, 15_000)
    const doubled = new SymbolLedger(truth, held.instrument.symbol).mostDoubled()
    tell(`at most ${doubled.toFixed(2)} times the position`)
    expect(doubled).to.be.at.most(twoLadders)
    expect((await readLadders(system.hub, of)).has(`${instrument?.symbol}/both`)).to.equal(true)
  })

  for (const [how, silence] of [
    ['killed', (system: System) => system.redis.kill()],
    ['frozen', (system: System) => system.redis.freeze()],
  ] as const)
    it(`stand though Redis is ${how} when a position is opened`, async () => {
      const system = await open(richSystem)
      const client = await openTrading(system)
      const instruments = await perpetualsOf(system, 2)
      await startRisk(system)
      const [first] = await openHeld(system, client)
      await untilLadder(client, first.instrument.symbol, 10_000)
      await silence(system)
      const [, second] = await openPositions(system, client, instruments, 5_000)
      if (second === undefined) throw new Error('nothing is held')
      for (const held of [first, second]) {
        const truth = await untilLadder(client, held.instrument.symbol, 10_000)
        tell(`covered after ${longestBareMs(truth, held)} ms`)
        expect(longestBareMs(truth, held)).to.be.at.most(3_000)
      }
      if (how === 'killed') await system.redis.restart()
      else await system.redis.thaw()
      const isWritten = async () => (await readLadders(system.hub, of)).size === 2
      await until('what stands is remembered', isWritten, 15_000)
      await client.market(second.instrument.symbol, 'BUY', second.size)
      await untilLadder(client, second.instrument.symbol, 15_000)
    })

  it('stand though lists lag a minute and the venue denies what it has just taken', async () => {
    const system = await open(richSystem)
    const client = await openTrading(system)
    await perpetualsOf(system, 2)
    await system.simulator.faults(
      { kind: 'lag', ms: 60_000, path: 'GET /fapi/v1/openAlgoOrders' },
      { kind: 'notFoundFor', ms: 3_000, path: 'GET /fapi/v1/algoOrder' },
      { kind: 'unknown', taken: true, probability: 0.3, path: 'POST /fapi/v1/algoOrder' },
      { kind: 'unknown', taken: false, probability: 0.1, path: 'POST /fapi/v1/algoOrder' },
    )
    let risk = await startRisk(system)
    const both = await openHeld(system, client, 2)
    for (const held of both) await untilLadder(client, held.instrument.symbol, 25_000)
    await risk.signal('SIGKILL')
    risk = await startRisk(system)
    for (const { instrument, side, size } of both) await client.market(instrument.symbol, side, size)
    for (const held of both) await untilLadder(client, held.instrument.symbol, 25_000)
    expect(risk.crash()).to.equal(undefined)
  })

  it('go on with the process that stands by when the one that keeps them freezes, and are its alone', async () => {
    const system = await open(richSystem)
    const client = await openTrading(system)
    await perpetualsOf(system, 1)
    const first = await startRisk(system)
    const second = await system.start('risk', { ...riskSettings, SLUICE_LOCAL_ADDRESS: '127.0.0.9' })
    const [held] = await openHeld(system, client)
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
    const system = await open(richSystem)
    await changeModes(system, { dualSidePosition: true })
    const client = await openTrading(system)
    const [instrument] = await perpetualsOf(system, 1)
    if (instrument === undefined) throw new Error('no instrument is known')
    await startRisk(system)
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
    const system = await open(richSystem)
    await changeModes(system, { multiAssetsMargin: true })
    const client = await openTrading(system)
    await perpetualsOf(system, 1)
    await startRisk(system)
    await openHeld(system, client)
    const isTold = async () => (await conditionsOf(system)).includes('ladder modes')
    await until('it is told', isTold, 10_000)
    expect((await client.truth()).openAlgoOrders).to.deep.equal([])
    await changeModes(system, { multiAssetsMargin: false })
  })

  it('need --live', async () => {
    const system = await open({ ...richSystem, cursors: 0 })
    const { host, port, password } = system.redis.endpoint
    const { code, stderr } = await runProgram('actors/risk/index.js', ['--account', 'main'], {
      ...keySettings,
      REDIS_URL: `redis://:${password}@${host}:${port}`,
    })
    expect([code, stderr.trim().split('\n').length]).to.deep.equal([2, 1])
    expect(stderr).to.contain('--live')
  })
})
