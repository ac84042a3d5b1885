import { expect } from 'chai'
import { readAlerts } from '../../lib/alert/alerts.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { followInstruments } from '../../lib/market/follow-instruments.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { add, compareDecimals, div, floorTo, mul, needDecimal, sub } from '../../lib/model/decimal.ts'
import type { Fill } from '../../lib/model/order.ts'
import { readAccountSight } from '../../lib/orders/account-sight.ts'
import { partField } from '../../lib/orders/paper-orders.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { readStale } from '../../lib/orders/stale-orders.ts'
import { of, openTrading } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { closeByStop } from '../support/close-by-stop.ts'
import { beatAsRisk, openOrderSystem, startOrders } from '../support/order-system.ts'
import type { OrderSystem } from '../support/order-system.ts'
import { perpetualsOf } from '../support/risk-system.ts'
import { withSystem } from '../support/system.ts'
import { tell, until, untilFound } from '../support/until.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import { getJson, postJson } from '../simulator/request.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const symbol = 'BTCUSDT'
const limits = {
  openRestMs: 1_500,
  openTakerShare: 0.5,
  takerWithinMs: 30_000,
  orderNotional: 1e7,
  positionNotional: 1e7,
  grossNotional: 1e8,
  leverage: 125,
  liquidationDistance: 0.001,
}

interface VenueTrade {
  readonly id: string
  readonly orderId: string
  readonly symbol: string
  readonly qty: string
  readonly commission: string
}

describe('orders that rest', function () {
  this.timeout(120_000)
  const ends: (() => Promise<unknown>)[] = []
  // Before the system itself ends.
  after(async () => {
    for (const end of ends.splice(0)) await end()
  })
  const system = withSystem({
    symbols: 2,
    klines: 0,
    listed: true,
    simulatorFlags: ['--account', 'demo:demo:USDT=1000000'],
  })
  let orders: OrderSystem
  let client: AccountClient
  let actor: Child
  let began = 0

  const settings = (more: object = {}) => ({ SLUICE_RISK_LIMITS: JSON.stringify({ ...limits, ...more }) })

  before(async function () {
    this.timeout(120_000)
    client = await openTrading(system())
    orders = await openOrderSystem(system())
    ends.push(() => orders.stop(), beatAsRisk(system()))
    actor = await startOrders(system(), settings())
    began = (await client.truth()).now
  })

  const takerOf = (id: string) => clientOrderIdOf(of.account, 'test', `taker ${id}`)
  async function markPrice(name: string): Promise<number> {
    const url = `${system().simulator.url}/fapi/v1/premiumIndex?symbol=${name}`
    return Number((await getJson<{ markPrice: string }>(url)).markPrice)
  }
  const instrument = async (name = symbol) => {
    const found = (await readInstruments(system().hub, of.venue)).get(name)
    if (found === undefined) throw new Error(`${name} is not known`)
    return found
  }
  const priceAt = async (factor: number, name = symbol) =>
    floorTo(
      needDecimal((await markPrice(name)) * factor, 'a price'),
      (await instrument(name)).tickSize ?? '1',
    )
  const sentAs = async (id: string) =>
    (await client.truth()).orders.filter((order) => order['clientOrderId'] === id)

  /** A person trades in a symbol that no strategy holds. */
  async function tradeByHand(): Promise<void> {
    const found = (await perpetualsOf(system(), 2)).find((each) => each.symbol !== symbol)
    if (found === undefined) throw new Error('a second symbol is needed')
    const price = needDecimal(await markPrice(found.symbol), 'a price')
    const size = floorTo(div('300', price, 12), found.lotSize ?? '1')
    await client.market(found.symbol, 'SELL', size)
  }

  /** The taker is at the venue once, for half of what the order's final state left, in lots. */
  async function requireTaker(id: string, name = symbol): Promise<void> {
    const [stale] = await sentAs(id)
    const takers = (await client.truth()).orders.filter((order) =>
      String(order['clientOrderId']).startsWith(takerOf(id)),
    )
    // Of what the venue takes at once.
    expect(new Set(takers.map((order) => order['clientOrderId'])).size, 'takers').to.equal(takers.length)
    const taken = add('0', ...takers.map((order) => needDecimal(String(order['origQty']), 'a size')))
    const [size, filled] = [stale?.['origQty'], stale?.['executedQty']]
    const left = sub(needDecimal(String(size), 'a size'), needDecimal(String(filled), 'a size'))
    expect(
      compareDecimals(taken, floorTo(mul(left, '0.5'), (await instrument(name)).lotSize ?? '1')),
    ).to.equal(0, `${taken} is not half of ${left}`)
  }

  it('too long are cancelled, and one taker order follows for a part of them', async () => {
    const price = Number(await priceAt(0.97))
    const intent = await orders.want({ signalId: 'rests', type: 'limit', price, notional: 2_000 })
    await orders.order(intent.id, 'cancelled')
    await orders.order(takerOf(intent.id), 'filled')
    await requireTaker(intent.id)
    expect(await readStale(system().hub, of)).to.deep.equal([])
  })

  const deaths = [
    ['before it heard of the end', { when: 'after', ms: 3_000 }],
    ['with the cancel on its way', { when: 'before', ms: 700 }],
  ] as const
  for (const [instant, fault] of soak ? deaths : deaths.slice(0, 1))
    it(`get their taker once when the process dies ${instant}, and what was traded meanwhile is known`, async () => {
      await system().simulator.faults({ kind: 'latency', path: 'DELETE /fapi/v1/order', ...fault })
      const price = Number(await priceAt(0.97))
      const intent = await orders.want({ signalId: instant, type: 'limit', price, notional: 2_000 })
      const isNoted = async () => (await readStale(system().hub, of)).some(({ id }) => id === intent.id)
      await until('its end is asked for', isNoted, 15_000)
      const dieAt = Date.now() + 300
      await until('its time has come', async () => Date.now() >= dieAt, 1_000)
      await actor.signal('SIGKILL')
      await system().simulator.faults()
      await tradeByHand()
      actor = await startOrders(system(), settings())
      await orders.order(takerOf(intent.id), 'filled', 20_000)
      await until('nothing is to follow', async () => (await readStale(system().hub, of)).length === 0, 5_000)
      await requireTaker(intent.id)
    })

  it('and belong to nobody are named and count, and are cancelled where that is configured', async () => {
    const { hub } = system()
    const price = await priceAt(0.96)
    const row = await client.limit(symbol, 'BUY', '0.02', price, { newClientOrderId: 'by-hand' })
    const trigger = await priceAt(1.05)
    await client.ask('POST /fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      symbol,
      side: 'BUY',
      type: 'STOP_MARKET',
      triggerPrice: trigger,
      quantity: '0.02',
      workingType: 'MARK_PRICE',
      clientAlgoId: 'stop-by-hand',
    })
    const name = `unowned order ${symbol} ${String(row['orderId'])}`
    const named = () => readConditions(hub, of)
    const found = await untilFound('it is named', async () => (await named()).get(name), 20_000)
    expect(found.text).to.equal(`nobody here owns the order by-hand: buy 0.02 ${symbol} at ${price}`)
    const isStopNamed = async () =>
      [...(await named()).keys()].some((each) => each.startsWith('unowned stop'))
    await until('the stop is named', isStopNamed, 20_000)
    const instruments = await followInstruments(hub, of.venue)
    try {
      expect((await readAccountSight(hub, of, instruments)).exposure.orders).to.equal(2)
    } finally {
      instruments.stop()
    }
    expect((await client.truth()).openOrders.length).to.equal(1)
    await actor.signal('SIGKILL')
    actor = await startOrders(system(), settings({ cancelUnowned: true }))
    const areGone = async () => {
      const { openOrders, openAlgoOrders } = await client.truth()
      return openOrders.length + openAlgoOrders.length === 0
    }
    await until('both are cancelled', areGone, 20_000)
    const isOver = async () => ![...(await named()).keys()].some((each) => each.startsWith('unowned'))
    await until('nothing is named any more', isOver, 35_000)
  })

  it('are not needed for the fills: a stop, a liquidation and a person trade too, each trade once', async () => {
    const { hub, simulator } = system()
    let seen = ''
    const areComplete = async () => {
      const told: string[] = []
      for await (const records of readRecords(hub, of, 'fills', '0-0'))
        for (const { row } of records) {
          const { id, orderId, size, fee, symbol: ofSymbol } = row as unknown as Fill
          told.push(keyOf(id.slice(orderId.length + 1), ofSymbol, size, fee))
        }
      const trades = (await client.truth()).trades as unknown as (VenueTrade & { time: number })[]
      const wanted = trades
        .filter(({ time }) => time >= began)
        .map(({ id, symbol: ofSymbol, qty, commission }) => keyOf(id, ofSymbol, qty, commission))
      seen = `${told.length} of ${wanted.length}`
      expect(told.length - new Set(told).size, 'told twice').to.equal(0)
      return JSON.stringify(told.toSorted()) === JSON.stringify(wanted.toSorted())
    }
    const bought = await orders.want({ signalId: 'held', notional: 5_000 })
    await orders.order(bought.id, 'filled')
    const part = async () => {
      const text = await hub.redis.hget(
        hub.keys.strategyPositions(of.venue, of.account),
        partField('test', symbol),
      )
      return text === null ? undefined : (JSON.parse(text) as { size: string }).size
    }
    expect(Number(await part())).to.be.greaterThan(0)
    await closeByStop(client, symbol)
    await until('the strategy holds nothing any more', async () => (await part()) === '0', 30_000)
    // No stream tells of this one.
    await simulator.faults({ kind: 'drop', path: 'stream/private/ORDER_TRADE_UPDATE' })
    await client.market(symbol, 'BUY', '0.5')
    const lostAt = Date.now() + 300
    await until('the stream has told of it', async () => Date.now() >= lostAt, 1_000)
    await simulator.faults()
    tell(`found ${await until('it is found', areComplete, 20_000, () => seen)} ms after it was lost`)
    await postJson(`${simulator.url}/_sim/transfer`, { key: 'demo', asset: 'USDT', amount: '-1000000' })
    const isClosed = async () =>
      (await client.truth()).orders.some((order) => String(order['clientOrderId']).startsWith('autoclose-'))
    await until('it is liquidated', isClosed, 30_000)
    const alert = await untilFound(
      'a person is told',
      async () => (await readAlerts(hub, 50)).find(({ kind }) => kind === 'liquidation'),
      10_000,
    )
    expect(alert.text).to.match(/^the exchange closed by liquidation: (buy|sell) /)
    await until('all trades are in the fills', areComplete, 70_000, () => seen)
    tell(`${seen} trades are in the fills, each once`)
  })
})

function keyOf(id: string | number, ofSymbol: string, size: string, fee: string): string {
  return [id, ofSymbol, add('0', size), add('0', fee)].join(' ')
}
