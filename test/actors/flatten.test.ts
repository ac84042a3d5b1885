import { expect } from 'chai'
import { noteHeld } from '../../lib/account/held-symbols.ts'
import { readTradingState, writeTradingState } from '../../lib/account/trading-states.ts'
import { readFlatten, requestFlatten } from '../../lib/orders/flatten-requests.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import {
  conditionsOf,
  leftOf,
  openAccount,
  openPositions,
  perpetualsOf,
  placeAround,
  restEntry,
  richSystem,
  withRisks,
} from '../support/risk-system.ts'
import { withFolder } from '../support/folder.ts'
import { runSluice } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const positions = soak ? 20 : 6
// ms after the start
const killedAfterMs = soak ? [150, 500, 900] : [400]

describe('a flatten', function () {
  this.timeout(120_000)
  const running = withSystem(richSystem)
  const folder = withFolder()
  let system: System
  const start = withRisks(running)
  before(async () => {
    system = running()
    await perpetualsOf(system, positions)
  })

  async function untilFlat(of: AccountOf, withinMs: number): Promise<number> {
    let seen = ''
    const isFlat = async () => {
      system.requireAlive()
      const flatten = await readFlatten(system.hub, of)
      seen = JSON.stringify(flatten?.progress)
      return flatten?.ended === 'flat'
    }
    return until('the flatten has ended', isFlat, withinMs, () => seen)
  }

  it('of many positions ends flat on the ledger of the venue, with resting orders and the band in its way', async () => {
    const { of, client, risk: settings } = await openAccount(system, 'all')
    const held = await openPositions(system, client, await perpetualsOf(system, positions))
    for (const each of held) await placeAround(client, each)
    for (const each of held.slice(0, 3)) await restEntry(client, each)
    await noteHeld(system.hub, of, [], 60_000)
    await writeTradingState(system.hub, of, 'active', 'test')
    await start(settings)
    expect((await leftOf(client)).orders).to.equal(positions + 3)
    const refused = { kind: 'reject', path: 'POST /fapi/v1/order', probability: 0.3 }
    await system.simulator.faults(
      { ...refused, code: -4131, count: 8 },
      { ...refused, code: -4118, count: 8 },
      { kind: 'unknown', taken: true, probability: 0.1, path: 'POST /fapi/v1/order', count: 3 },
    )
    const { port, host, password } = system.redis.endpoint
    const startedAt = Date.now()
    const { code, stdout, stderr } = await runSluice(
      ['flatten', '--account', of.account, '--yes', '--reason', 'all out'],
      {
        REDIS_URL: `redis://:${password}@${host}:${port}`,
        SLUICE_CONFIG: folder.write('sluice.json', '{}'),
      },
    )
    tell(`${positions} positions flat after ${Date.now() - startedAt} ms, with the command`)
    expect([code, stderr], stdout).to.deep.equal([0, ''])
    expect(stdout).to.contain('flat: no position, no order and no stop is left')
    expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
    const { state, change } = await readTradingState(system.hub, of)
    expect([state, change?.reason]).to.deep.equal(['halted', 'flatten: all out'])
    const truth = await client.truth()
    const exits = truth.orders.filter((order) => String(order['clientOrderId']).startsWith('sx'))
    expect(exits.length).to.be.at.least(positions)
    expect(exits.filter((order) => order['reduceOnly'] !== true)).to.deep.equal([])
    expect(await conditionsOf(system, of)).to.not.include('flatten')
  })

  it('goes on where it was after its actor was killed, again and again', async () => {
    const { of, client, risk: settings } = await openAccount(system, 'killed')
    const held = await openPositions(system, client, await perpetualsOf(system, 8))
    for (const each of held) await placeAround(client, each)
    // Exits take part of the book at most, and answers are slow: it takes a while.
    await system.simulator.faults({ kind: 'delay', ms: 400, path: '/fapi/v1/order' })
    await noteHeld(system.hub, of, [], 60_000)
    let risk = await start(settings)
    await requestFlatten(system.hub, of, 'test', 'person')
    for (const afterMs of killedAfterMs) {
      const killAt = Date.now() + afterMs
      await until('it is time to kill', async () => Date.now() >= killAt, 5_000)
      await risk.signal('SIGKILL')
      risk = await start(settings)
    }
    tell(`flat ${await untilFlat(of, 30_000)} ms after the last kill`)
    expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
    const { trades } = await client.truth()
    for (const { instrument, size } of held) {
      const traded = trades.filter(({ symbol }) => symbol === instrument.symbol)
      const sum = traded.reduce((total, { qty }) => total + Number(qty), 0)
      expect(sum, instrument.symbol).to.be.closeTo(2 * Number(size), Number(size) / 1e6)
    }
  })

  it('goes on while Redis is away, and says so when it is back', async () => {
    const { of, client, risk: settings } = await openAccount(system, 'silent')
    const held = await openPositions(system, client, await perpetualsOf(system, 4))
    for (const each of held) await placeAround(client, each)
    await start(settings)
    await requestFlatten(system.hub, of, 'test', 'person')
    const hasBegun = async () => (await readFlatten(system.hub, of))?.state !== undefined
    await until('it has begun', hasBegun, 5_000)
    await system.redis.kill()
    const isFlat = async () => (await leftOf(client)).positions.length === 0
    tell(`flat ${await until('no position is left', isFlat, 20_000)} ms after Redis was killed`)
    await system.redis.restart()
    await untilFlat(of, 20_000)
    expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
  })

  it('tells a person when it takes more than 10 s, and ends when it can', async () => {
    const { of, client, risk: settings } = await openAccount(system, 'late')
    const held = await openPositions(system, client, await perpetualsOf(system, 2))
    await system.simulator.faults({
      kind: 'reject',
      code: -4131,
      path: 'POST /fapi/v1/order',
    })
    await start(settings)
    await requestFlatten(system.hub, of, 'test', 'rule')
    const isLate = async () => (await conditionsOf(system, of)).includes('flatten late')
    const lateAfterMs = await until('it is late', isLate, 20_000)
    expect(lateAfterMs).to.be.within(9_000, 13_000)
    expect((await leftOf(client)).positions).to.have.length(held.length)
    await system.simulator.faults()
    await untilFlat(of, 10_000)
    expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
    const isOver = async () => !(await conditionsOf(system, of)).some((name) => name.startsWith('flatten'))
    await until('nothing is told any more', isOver, 5_000)
  })
})
