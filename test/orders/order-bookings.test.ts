import { expect } from 'chai'
import { openEgress } from '../../lib/egress/egress.ts'
import { readOrderRates, reserveOrders } from '../../lib/egress/order-rates.ts'
import { openExchange, venueOf } from '../../lib/exchange/open-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { toIntent } from '../../lib/model/intent.ts'
import type { Intent } from '../../lib/model/intent.ts'
import { claimKeys } from '../../lib/orders/claims.ts'
import { openIntentRates } from '../../lib/orders/intent-rates.ts'
import { openOrderDesk } from '../../lib/orders/order-desk.ts'
import type { OrderDesk } from '../../lib/orders/order-desk.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const symbol = 'BTCUSDT'

describe('what an intent books in the rates of orders', function () {
  this.timeout(30_000)
  const redis = withRedis()
  const stops: (() => Promise<unknown> | void)[] = []
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  after(() => simulator.stop())
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  /** A desk of the simulator's account, where trading has been active for long. */
  async function openDesk(): Promise<{ hub: Hub; desk: OrderDesk }> {
    const hub = await redis.hub({ address: 'here', account: of.account })
    const egress = openEgress(hub, of.venue)
    const client = { url: simulator.url, localAddress: '', proxy: '', gate: egress.gate }
    const market = await openExchange(of.venue, client)
    const found = await egress.call('market', () => market.fetchInstruments())
    const listed = listInstruments(found, new Map(), new Map())
    await writeInstruments(hub, of.venue, listed)
    const tickers = await egress.call('market', () => market.fetchTickers())
    const told = listed.flatMap(({ symbol: each, index }) => {
      const ticker = tickers.get(each)
      return ticker === undefined ? [] : [{ symbol: each, index, ticker }]
    })
    await mergeTickers(hub, of.venue, told, undefined)
    await hub.redis.mset(
      hub.keys.tradingState(of.venue, of.account),
      'active',
      hub.keys.tradingEpoch(of.venue, of.account),
      1,
    )
    const exchange = await openOrderExchange(of.venue, {
      ...client,
      account: of.account,
      keys: closeKeys('one', 'first'),
      clock: hub.clock,
    })
    const desk = await openOrderDesk(hub, of, { exchange, egress })
    stops.push(() => Promise.all([exchange.close(), market.close()]))
    stops.push(() => desk.stop())
    return { hub, desk }
  }

  function marketOrder(intentClass: 'open' | 'protect'): Intent {
    const wanted = { signalId: intentClass, class: intentClass, symbol, type: 'market', size: '0.002' }
    const by = { ...of, strategy: 'test', deadline: simulator.now() + 5_000 }
    const intent = toIntent({ ...wanted, side: 'buy' } as Parameters<typeof toIntent>[0], by)
    if ('denied' in intent) throw new Error(intent.denied)
    return intent
  }

  const used = async (hub: Hub) =>
    (await readOrderRates(hub, venueOf(of.venue), symbol)).map((rate) => rate.used)

  it('stays booked once its order has left', async () => {
    const { hub, desk } = await openDesk()
    expect(await desk.submit(marketOrder('protect'))).to.deep.equal({ outcome: 'sent' })
    // What has to wait for a quarter of a second before it leaves is booked anew.
    for (const orders of await used(hub)) expect(orders).to.be.within(1, 2)
  })

  it('is given back when it is denied', async () => {
    const { hub, desk } = await openDesk()
    const { outcome } = await desk.submit(marketOrder('open'))
    expect(outcome).to.equal('denied')
    expect(await used(hub)).to.deep.equal([0, 0])
  })

  it('is given back when it was claimed before', async () => {
    const { hub, desk } = await openDesk()
    const id = clientOrderIdOf(of.account, 'test', 'protect')
    await hub.redis.hset(claimKeys(hub, of).claims, id, '{}')
    expect(await desk.submit(marketOrder('protect'))).to.deep.equal({ outcome: 'known' })
    expect(await used(hub)).to.deep.equal([0, 0])
  })

  it('is booked anew when it comes to more than one order, or takes its time', async () => {
    const { hub, desk } = await openDesk()
    const charges = desk.path.exchange.orderCharges(symbol)
    const reserve = (orders: number) =>
      reserveOrders(hub, of.venue, charges, { egressClass: 'orders', orders })
    const first = await reserve(1)
    const rates = openIntentRates(first, reserve)
    expect(await rates.book(1)).to.equal(first)
    const three = await rates.book(3)
    expect(await used(hub)).to.deep.equal([3, 3])
    await until('they are old', async () => !three.isFresh(), 2_000)
    expect(await rates.book(3)).not.to.equal(three)
    expect(await used(hub)).to.deep.equal([3, 3])
    rates.keep()
    await rates.release()
    expect(await used(hub)).to.deep.equal([3, 3])
  })

  it('is all that its request needs: nothing more is asked before it leaves', async () => {
    const { hub, desk } = await openDesk()
    const egress = openEgress(hub, of.venue)
    const charges = desk.path.exchange.orderCharges(symbol)
    const booking = await reserveOrders(hub, of.venue, charges, { egressClass: 'orders', orders: 1 })
    const request = { method: 'POST', path: 'order', weight: 0, charges }
    const before = await scriptsRun(hub)
    await egress.call('orders', () => egress.gate.enter(request), undefined, undefined, booking)
    expect(await scriptsRun(hub)).to.equal(before)
    await egress.call('orders', () => egress.gate.enter(request), undefined, undefined, booking)
    // Only what weighs nothing at the address may be taken twice.
    expect(await scriptsRun(hub)).to.equal(before + charges.length - 1)
  })
})

/** How many scripts the server has run. */
async function scriptsRun({ redis }: Hub): Promise<number> {
  const told = await redis.info('commandstats')
  const count = (command: string) =>
    Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(told)?.[1] ?? 0)
  return count('evalsha') + count('eval')
}
