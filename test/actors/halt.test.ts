import { expect } from 'chai'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { setBan } from '../../lib/account/loss-bans.ts'
import type { Child } from '../support/child.ts'
import {
  conditionsOf,
  leftOf,
  openAccount,
  openPositions,
  perpetualsOf,
  placeAround,
  restEntry,
  richSystem,
  startRisk,
} from '../support/risk-system.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

describe('a halt', function () {
  this.timeout(90_000)
  const running = withSystem({ ...richSystem, listed: false })
  let system: System
  before(async () => {
    system = running()
    await perpetualsOf(system, 6)
  })
  const risks: Child[] = []
  afterEach(async () => {
    for (const each of risks.splice(0)) await each.signal('SIGKILL')
  })

  it('cancels the entries that rest within a second, whoever placed them, and leaves exits and stops', async () => {
    const { of, client, risk } = await openAccount(system, 'cleared')
    const held = await openPositions(system, client, await perpetualsOf(system, 6))
    for (const each of held) await placeAround(client, each)
    await writeTradingState(system.hub, of, 'active', 'test')
    risks.push(await startRisk(system, risk))
    for (const each of held) await restEntry(client, each)
    await watch(700, async () => void expect((await leftOf(client)).orders).to.equal(12))
    await writeTradingState(system.hub, of, 'halted', 'enough')
    const isClear = async () => (await leftOf(client)).orders === 6
    const tookMs = await until('only exits rest', isClear, 5_000)
    tell(`6 entries gone ${tookMs} ms after the halt`)
    expect(tookMs).to.be.below(1_000)
    await restEntry(client, held[0] ?? expect.fail('nothing is held'))
    await until('what comes to the book a little later goes, too', isClear, 5_000)
    const truth = await client.truth()
    expect(truth.openOrders.every((order) => order['reduceOnly'] === true)).to.equal(true)
    const left = await leftOf(client)
    expect(left.orders).to.equal(6)
    // Those that were placed by hand, and those of the risk actor itself.
    expect(left.stops).to.be.at.least(6)
    await until('it is told', async () => (await conditionsOf(system, of)).includes('trading halted'), 3_000)
    await writeTradingState(system.hub, of, 'active', 'test')
    const isOver = async () => !(await conditionsOf(system, of)).some((name) => name.startsWith('trading'))
    await until('nothing is told any more', isOver, 3_000)
    for (const each of held) await restEntry(client, each)
    await watch(1_000, async () => void expect((await leftOf(client)).orders).to.be.at.least(6))
    expect((await leftOf(client)).orders).to.equal(12)
  })

  it('of one symbol by a ban tells of it, until the ban is over', async () => {
    const { of, risk } = await openAccount(system, 'banned')
    await writeTradingState(system.hub, of, 'active', 'test')
    risks.push(await startRisk(system, risk))
    const now = system.simulator.now()
    const ban = { reason: 'lost 200', since: now, until: now + 2_000 }
    await setBan(system.hub, of, 'BTCUSDT', ban, now)
    await until('it is told', async () => (await conditionsOf(system, of)).includes('ban BTCUSDT'), 3_000)
    await until('it is over', async () => !(await conditionsOf(system, of)).includes('ban BTCUSDT'), 5_000)
    expect(await system.hub.redis.hlen(system.hub.keys.bans(of.venue, of.account))).to.equal(0)
  })

  it('is what a FLUSHALL comes to: entries go within a second or two, stops stand, and it is told', async () => {
    const { of, client, risk } = await openAccount(system, 'flushed')
    const held = await openPositions(system, client, await perpetualsOf(system, 4))
    for (const each of held) await placeAround(client, each)
    for (const each of held) await restEntry(client, each)
    await writeTradingState(system.hub, of, 'active', 'test')
    risks.push(await startRisk(system, risk))
    await watch(500, async () => void expect((await leftOf(client)).orders).to.equal(8))
    await system.hub.redis.flushall()
    const tookMs = await until('only exits rest', async () => (await leftOf(client)).orders === 4, 10_000)
    tell(`entries gone ${tookMs} ms after the FLUSHALL`)
    expect((await leftOf(client)).stops).to.be.at.least(4)
    await until('it is told', async () => (await conditionsOf(system, of)).includes('trading missing'), 3_000)
  })
})
