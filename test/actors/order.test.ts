import { getPriority } from 'node:os'
import { expect } from 'chai'
import { readInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { of, openTrading } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { beatAsRisk, openOrderSystem, orderSettings, startOrders } from '../support/order-system.ts'
import type { OrderSystem } from '../support/order-system.ts'
import { runProgram } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'

describe('the order actor', function () {
  this.timeout(120_000)
  let orders: OrderSystem
  let stopBeat: () => Promise<void>
  // Before the system itself ends.
  after(async () => {
    await stopBeat()
    await orders.stop()
  })
  const running = withSystem({ symbols: 2, klines: 0 })
  let system: System
  let actor: Child
  before(async () => {
    system = running()
    orders = await openOrderSystem(system)
    stopBeat = beatAsRisk(system)
    actor = await startOrders(system)
  })
  const trades = async (client: Awaited<ReturnType<typeof openTrading>>) => (await client.truth()).trades

  it('sends an intent once, whoever hands it in and however often, and follows it to its end', async () => {
    const client = await openTrading(system)
    const startedAt = Date.now()
    const first = await orders.want({ signalId: 'one' })
    await orders.want({ signalId: 'one' })
    const filled = await orders.order(first.id, 'filled')
    tell(`filled ${Date.now() - startedAt} ms after it was handed in`)
    await orders.want({ signalId: 'one' })
    const second = await orders.want({ signalId: 'two', class: 'reduce', side: 'sell', size: filled.size })
    await orders.order(second.id, 'filled')
    expect((await trades(client)).map(({ side, qty }) => [side, Number(qty)])).to.deep.equal([
      ['BUY', Number(filled.size)],
      ['SELL', Number(filled.size)],
    ])
    expect([...orders.denied]).to.deep.equal([])
  })

  it('gives way to nobody, and what fetches candles gives way to it', () => {
    const own = getPriority()
    expect(getPriority(actor.pid)).to.equal(own)
    for (const { pid } of system.cursors) expect(getPriority(pid)).to.equal(Math.max(own, 10))
  })

  it('takes back an order that rests', async () => {
    const price = await quote()
    const resting = await orders.want({ signalId: 'rest', type: 'limit', price: price * 0.95, notional: 300 })
    const order = await orders.order(resting.id, 'open')
    await orders.cancel(order)
    await orders.order(resting.id, 'cancelled')
  })

  it("reads a contract's terms again when the venue refuses an order by them", async () => {
    await actor.signal('SIGTERM')
    const known = (await readInstruments(system.hub, of.venue)).get('BTCUSDT')
    if (known === undefined) throw new Error('BTCUSDT is not known')
    // The venue's tick has grown, and nobody was told.
    await writeInstruments(system.hub, of.venue, [{ ...known, tickSize: '0.001' }])
    actor = await startOrders(system)
    const price = Math.floor((await quote()) * 0.95) + 0.123
    const refused = await orders.want({ signalId: 'odd', type: 'limit', price, notional: 300 })
    expect((await orders.order(refused.id, 'rejected')).reason).to.match(/-4014/)
    let tries = 0
    const isTaken = async () => {
      const { id } = await orders.want({ signalId: `${(tries += 1)}`, type: 'limit', price, notional: 300 })
      return (await orders.order(id, 'open', 500)).state === 'open'
    }
    await until('the price is cut to the new tick', isTaken, 10_000)
    const told = (await readInstruments(system.hub, of.venue)).get('BTCUSDT')
    expect(told?.tickSize).not.to.equal('0.001')
    expect(told?.index).to.be.a('number')
  })

  it('denies what may not be, and says why', async () => {
    const much = await orders.want({ signalId: 'much', notional: 1_000_000 })
    expect(await orders.denial(much.id)).to.match(/is above/)
    // By more than a clock that asks a busy venue can be off.
    const late = await orders.want({ signalId: 'late' }, -2_000)
    expect(await orders.denial(late.id)).to.equal('its deadline passed before it was sent')
    await system.hub.redis.del(system.hub.keys.tradingState('binanceusdm', 'main'))
    const halted = await orders.want({ signalId: 'halted' })
    expect(await orders.denial(halted.id)).to.match(/^trading is halted/)
  })

  it('refuses to start without --live, without keys, and on paper', async () => {
    const { host, port, password } = system.redis.endpoint
    const main = ['--account', 'main', '--keys-file', 'none.json']
    for (const [flags, words] of [
      [main, 'expected --live'],
      [[...main, '--live'], 'no keys of account "main"'],
      [['--account', 'paper', '--live'], 'must name an account at the venue'],
    ] as const) {
      const REDIS_URL = `redis://:${password}@${host}:${port}`
      const { code, stderr } = await runProgram('actors/order', flags, { REDIS_URL })
      expect(stderr).to.include(words)
      expect(code).to.equal(2)
    }
  })

  it('refuses a Redis that keeps no file, and ends', async () => {
    const { redis } = system.hub
    await redis.config('SET', 'appendonly', 'no')
    const { code, stderr } = await runProgram('actors/order', [], { ...system.environment, ...orderSettings })
    await redis.config('SET', 'appendonly', 'yes')
    expect(stderr).to.match(/^sluice order: [^\n]* must keep an append-only file: appendonly yes, was no\n$/)
    expect(code).to.equal(2)
  })

  let quotes = 0
  async function quote(): Promise<number> {
    const { id } = await orders.want({ signalId: `quote ${(quotes += 1)}` })
    const { size, filledNotional } = await orders.order(id, 'filled')
    return Number(filledNotional) / Number(size)
  }
})
