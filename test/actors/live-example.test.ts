import { expect } from 'chai'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { add, compareDecimals } from '../../lib/model/decimal.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { differencesOf, keySettings, of, openTrading } from '../support/account-system.ts'
import { orderSettings, startOrders } from '../support/order-system.ts'
import { withSystems } from '../support/system.ts'
import { tell, until, untilFound, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// Waits that are told in the venue's time, such as that for an answer, are real ones through a tenth of it.
const rate = 10
const minutes = 10 * 60
const symbols = 8
const strategy = { fall: 0.0004, rise: 0.0004, notional: 150, restMs: 30_000 }
const settings = {
  SLUICE_STRATEGY_OPTIONS: JSON.stringify(strategy),
  SLUICE_INTENT_LIFE_MS: '20000',
  SLUICE_MARK_SHARE: '0.2',
  SLUICE_TICKER_SHARE: '0.2',
}
const order = '/fapi/v1/order'
const faults = [
  { kind: 'unknown', taken: true, path: `POST ${order}`, probability: 0.03 },
  { kind: 'unknown', taken: false, path: `POST ${order}`, probability: 0.02 },
  { kind: 'status', status: 503, path: `POST ${order}`, probability: 0.01 },
  { kind: 'unknown', path: `DELETE ${order}`, probability: 0.03 },
  { kind: 'notFoundFor', ms: 1_000, path: `GET ${order}`, probability: 0.1 },
  { kind: 'latency', ms: 500, path: '/fapi/v3/', probability: 0.05 },
  { kind: 'cut', path: '/fapi/v1/klines', probability: 0.01 },
  { kind: 'drop', path: 'stream/private/ORDER_TRADE_UPDATE', probability: 0.02 },
  { kind: 'drop', path: 'stream/private/ACCOUNT_UPDATE', probability: 0.02 },
  { kind: 'reorder', path: 'stream/private', probability: 0.02 },
  { kind: 'triggerFails', status: 'REJECTED', probability: 0.05 },
]

interface VenueTrade {
  readonly id: string
  readonly time: number
  readonly qty: string
  readonly price: string
  readonly commission: string
}

describe('the example strategy on a live account', function () {
  this.timeout((minutes * 60_000) / rate + 180_000)
  before(function () {
    // An hour, and a machine that has nothing else to do: at ten times the pace three seconds are a third of one.
    if (!soak) this.skip()
  })
  const open = withSystems()

  it('trades while little things fail, and its records agree with the venue to the last decimal', async () => {
    const system = await open({ symbols, rate, settings })
    const { hub, simulator } = system
    const client = await openTrading(system)
    const began = (await client.truth()).now
    await Promise.all([system.start('ticker'), system.start('mark'), system.start('position', keySettings)])
    await system.start('risk', orderSettings)
    await startOrders(system)
    await writeTradingState(hub, of, 'active', 'the test begins')
    await hub.redis.set(hub.keys.tradingEpoch(of.venue, of.account), 1)
    await system.start('trader', { ...orderSettings, SLUICE_LIVE: 'true' })
    const filled = async () =>
      (await readOrders(hub, of, 'ended', 100)).some(({ state }) => state === 'filled')
    await until('the first order is filled', filled, 60_000)
    await simulator.faults(...faults)

    const bare = new Set<string>()
    let lookedAt = 0
    await watch((minutes * 60_000) / rate, async () => {
      system.requireAlive()
      if (Date.now() - lookedAt < 200) return
      lookedAt = Date.now()
      for (const name of (await readConditions(hub, of)).keys())
        if (name.startsWith('uncovered')) bare.add(name)
    })

    await simulator.faults()
    await writeTradingState(hub, of, 'halted', 'the test ends')
    const isQuiet = async () =>
      (await readOpenClaims(hub, of)).length === 0 && (await readOrders(hub, of, 'open', 100)).length === 0
    const seen = async () => JSON.stringify(await readOrders(hub, of, 'open', 3))
    tell(
      `every order has ended ${await until('no order is under way', isQuiet, 40_000).catch(
        async (error: Error) => {
          throw new Error(`${error.message}: ${await seen()}`)
        },
      )} ms after the halt`,
    )
    const agrees = async () => {
      const differences = await differencesOf(system, client)
      return differences.length === 0 ? true : undefined
    }
    await untilFound('Redis holds what the venue does', agrees, 20_000)

    const truth = await client.truth()
    // Those of entries, exits and stops: whoever's order it was.
    const trades = (truth.trades as unknown as VenueTrade[]).filter(({ time }) => time >= began)
    const readFills = async () => {
      const rows: Record<string, string>[] = []
      for await (const records of readRecords(hub, of, 'fills', '0-0'))
        rows.push(...records.map(({ row }) => row as Record<string, string>))
      return rows.length < trades.length ? undefined : rows
    }
    // What no stream told is asked for once in a minute of the venue.
    const fills = await untilFound('all trades are in the fills', readFills, 20_000)
    const key = (id: string, size: string, price: string, fee: string) =>
      [id, ...[size, price, fee].map((each) => add('0', each))].join(' ')
    expect(
      fills.map(({ id = '', orderId = '', size = '', price = '', fee = '' }) =>
        key(id.slice(orderId.length + 1), size, price, fee),
      ),
    ).to.have.members(trades.map(({ id, qty, price, commission }) => key(id, qty, price, commission)))
    const sums = (rows: readonly string[]) => rows.reduce((sum, each) => add(sum, each), '0')
    expect(
      compareDecimals(sums(fills.map((fill) => fill['size'] ?? '0')), sums(trades.map(({ qty }) => qty))),
    ).to.equal(0)
    expect([...bare]).to.deep.equal([])
    const { addresses } = await simulator.stats()
    expect(Object.values(addresses).map(({ http429 }) => http429)).to.deep.equal(
      Object.values(addresses).map(() => 0),
    )
    expect(fills.length).to.be.greaterThan(5)
    tell(`${truth.orders.length} orders and ${trades.length} trades in ${minutes} market minutes`)
  })
})
