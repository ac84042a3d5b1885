import { expect } from 'chai'
import { openEgress } from '../../lib/egress/egress.ts'
import type { Egress } from '../../lib/egress/egress.ts'
import { readBudgets } from '../../lib/egress/budgets.ts'
import { reserveOrders } from '../../lib/egress/order-rates.ts'
import { chargesOf } from '../../lib/exchange/charges.ts'
import type { Ticket } from '../../lib/exchange/exchange.ts'
import { venueOf } from '../../lib/exchange/open-exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { failureOf } from '../support/failure-of.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

/** Has a request pass the gate, as an exchange does. */
function enter(egress: Egress, venue: string, path: string): Promise<Ticket> {
  const of = { method: 'GET', path, params: {} }
  const charges = chargesOf(venueOf(venue), of)
  return egress.call('market', () => egress.gate.enter({ ...of, weight: 1, charges }))
}

describe('what a venue closes', () => {
  const redis = withRedis({ cluster: true })

  async function openTwo(venue: string): Promise<Egress[]> {
    const one = await redis.hub({ address: 'here', account: 'main' })
    const other = await redis.hub({ namespace: one.config.namespace, address: 'here', account: 'main' })
    return [one, other].map((hub) => openEgress(hub, venue))
  }

  /** How a request of each path fares in a process that was not told of anything itself. */
  async function isClosed(egress: Egress, venue: string, ...paths: string[]): Promise<boolean[]> {
    return Promise.all(
      paths.map(async (path) => {
        const failure = await failureOf(async () => {
          await enter(egress, venue, path)
          throw new Error('it left')
        })
        return failure.message.endsWith(' is closed')
      }),
    )
  }

  it('is one limit of OKX for all processes, and the others stay open', async () => {
    const [one, other] = (await openTwo('okx')) as [Egress, Egress]
    const ticket = await enter(one, 'okx', 'market/candles')
    ticket.settle({ status: 429, usedWeight: undefined, closeForMs: 60_000, closes: 'limits' })
    expect(one.closedUntil()).to.be.above(Date.now())
    const paths = ['market/candles', 'public/time', 'market/tickers']
    const closed = async () => (await isClosed(other, 'okx', ...paths)).join(' ') === 'true false false'
    await until('the others know', closed, 2_000)
  })

  it("is the account's limit at Bybit where the account had too much, and the address stays open", async () => {
    const [one, other] = (await openTwo('bybit')) as [Egress, Egress]
    const ticket = await enter(one, 'bybit', 'v5/position/list')
    ticket.settle({ status: 200, usedWeight: undefined, closeForMs: 60_000, closes: 'limits' })
    expect(one.closedUntil()).to.equal(0)
    const closed = async () =>
      (await isClosed(other, 'bybit', 'v5/position/list', 'v5/market/kline')).join(' ') === 'true false'
    await until('the others know', closed, 2_000)
  })

  it('is the limit on orders where an order was one too many, though it was booked ahead', async () => {
    const hub = await redis.hub({ address: 'here', account: 'main' })
    const other = await redis.hub({ namespace: hub.config.namespace, address: 'here', account: 'main' })
    const of = { method: 'POST', path: 'v5/order/create', params: { symbol: 'BTCUSDT' } }
    const charges = chargesOf(venueOf('bybit'), of)
    const reserve = (by: Hub) => reserveOrders(by, 'bybit', charges, { egressClass: 'orders', orders: 1 })
    // Nothing is known of the address, which counts as used up.
    await until(
      'there is room',
      () =>
        reserve(hub).then(
          () => true,
          () => false,
        ),
      3_000,
    )
    const egress = openEgress(hub, 'bybit')
    const booking = await reserve(hub)
    const order = () => egress.gate.enter({ ...of, weight: 1, charges })
    const ticket = await egress.call('orders', order, undefined, undefined, booking)
    ticket.settle({ status: 200, usedWeight: undefined, closeForMs: 60_000, closes: 'limits' })
    expect(egress.closedUntil()).to.equal(0)
    const closed = () =>
      reserve(other).then(
        () => false,
        (error: Error) => error.message.endsWith('(closed)'),
      )
    await until('the others know', closed, 2_000)
    expect(await isClosed(openEgress(other, 'bybit'), 'bybit', 'v5/market/kline')).to.deep.equal([false])
  })

  it('is the whole address for a ban, whichever limit the request counted in, and it is told', async () => {
    const hub = await redis.hub({ address: 'here', account: 'main' })
    const [one, other] = [openEgress(hub, 'okx'), openEgress(hub, 'okx')]
    const ticket = await enter(one, 'okx', 'market/candles')
    ticket.settle({ status: 403, usedWeight: undefined, closeForMs: 60_000, closes: 'address' })
    const paths = ['market/candles', 'public/time', 'account/positions']
    const closed = async () => (await isClosed(other, 'okx', ...paths)).every(Boolean)
    await until('the others know', closed, 2_000)
    const told = (await readBudgets(hub, 'okx')).find(({ address }) => address === 'here')
    expect(told).to.include({ closedBy: 403 })
    expect(told?.cooldownMs).to.be.within(50_000, 60_000)
  })

  it('tells the budget of each limit of an address by its name', async () => {
    const hub = await redis.hub({ address: 'here' })
    await enter(openEgress(hub, 'okx'), 'okx', 'market/candles')
    const find = async () => (await readBudgets(hub, 'okx')).find(({ limit }) => limit !== undefined)
    await until('it is told', async () => (await find()) !== undefined, 2_000)
    const budget = await find()
    expect(budget).to.include({ address: 'here market/candles', limit: 40, permitted: 38, windowMs: 2_000 })
    expect(budget?.usedWeight).to.be.within(1, 38)
  })
})
