import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import { listInstruments, writeInstruments } from '../../lib/market/instruments.ts'
import { mergeKlines } from '../../lib/market/klines.ts'
import { mergeTickers } from '../../lib/market/tickers.ts'
import { add } from '../../lib/model/decimal.ts'
import type { Order } from '../../lib/model/order.ts'
import { applyFill, flatPosition } from '../../lib/model/position.ts'
import {
  changeOrder,
  placeOrder,
  readFills,
  readOrder,
  readOrders,
  readPositions,
  recordFill,
  toStored,
} from '../../lib/orders/paper-orders.ts'
import type { StoredPosition } from '../../lib/orders/paper-orders.ts'
import { openPaperTrading } from '../../lib/orders/paper-trading.ts'
import type { Trading } from '../../lib/orders/trading.ts'
import { toPerpetual } from '../support/instrument.ts'
import { limitOrder } from '../support/paper.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const of = { venue, account: 'paper' }
const token = 'the-engine'
const symbol = 'AUSDT'
const none: StoredPosition = { text: '', position: flatPosition(symbol) }

/** An order that gets one contract more, with all that changes. */
function fillOf(order: Order, before: StoredPosition, part: StoredPosition) {
  const traded = { side: order.side, size: '1', price: '100', fee: '0.02', time: 5_000 }
  const filled = add(order.filled, '1')
  const state = filled === order.size ? ('filled' as const) : ('open' as const)
  return {
    revision: order.revision,
    order: { ...order, filled, state, revision: order.revision + 1, time: 5_000 },
    fill: {
      ...traded,
      id: `${order.id}-${order.revision + 1}`,
      orderId: order.id,
      strategy: order.strategy,
      symbol,
      notional: '100',
      liquidity: 'maker' as const,
      realisedProfit: '0',
    },
    position: { before, after: applyFill(before.position, traded, '1') },
    part: { before: part, after: applyFill(part.position, traded, '1') },
  }
}

async function lead(hub: Hub): Promise<void> {
  await hub.redis.set(hub.keys.accountLease(venue, of.account, 'paper'), token)
}

describe('paper orders', () => {
  const redis = withRedis({ cluster: true })

  it('are placed once per id, by whoever comes first', async () => {
    const hub = await redis.hub()
    const order = limitOrder({ state: 'pending', revision: 1 })
    const placed = await Promise.all(Array.from({ length: 5 }, () => placeOrder(hub, of, order)))
    expect(placed.filter(Boolean)).to.have.length(1)
    expect(await readOrders(hub, of, 'open', 10)).to.deep.equal([order])
  })

  it('keep their id used after their end', async () => {
    const hub = await redis.hub()
    const order = limitOrder({ state: 'pending', revision: 1 })
    await placeOrder(hub, of, order)
    const ended: Order = { ...order, state: 'rejected', reason: 'no', revision: 2 }
    expect(await changeOrder(hub, of, ended, 1)).to.equal(true)
    expect(await placeOrder(hub, of, order)).to.equal(false)
    expect(await readOrders(hub, of, 'open', 10)).to.deep.equal([])
    expect(await readOrders(hub, of, 'ended', 10)).to.deep.equal([ended])
  })

  it('do not change by a judgement of what they were before', async () => {
    const hub = await redis.hub()
    const order = limitOrder({ state: 'pending', revision: 1 })
    await placeOrder(hub, of, order)
    expect(await changeOrder(hub, of, { ...order, state: 'open', revision: 2 }, 1)).to.equal(true)
    expect(await changeOrder(hub, of, { ...order, state: 'rejected', revision: 2 }, 1)).to.equal(false)
    expect((await readOrder(hub, of, order.id))?.state).to.equal('open')
  })

  it('change order, positions and fills together, and a replayed fill changes nothing', async () => {
    const hub = await redis.hub()
    await lead(hub)
    const order = limitOrder({})
    await placeOrder(hub, of, order)
    const told = fillOf(order, none, none)
    expect(await recordFill(hub, of, token, told)).to.equal('recorded')
    for (let i = 0; i < 3; i++) expect(await recordFill(hub, of, token, told)).to.equal('changed since')
    expect(await readFills(hub, of, 10)).to.deep.equal([told.fill])
    const { positions, parts } = await readPositions(hub, of)
    expect(positions.get(symbol)?.position).to.include({ size: '1', fees: '0.02', entryPrice: '100' })
    expect(parts.get(`test/${symbol}`)?.position).to.deep.equal(positions.get(symbol)?.position)
    expect(await readOrder(hub, of, order.id)).to.deep.equal(told.order)
  })

  it('are not filled on a position that has changed since, nor by an engine without the lease', async () => {
    const hub = await redis.hub()
    await lead(hub)
    const [one, two] = [limitOrder({}), limitOrder({ id: 'sl2', signalId: 'two' })]
    await placeOrder(hub, of, one)
    await placeOrder(hub, of, two)
    expect(await recordFill(hub, of, 'another', fillOf(one, none, none))).to.equal('not ours')
    expect(await recordFill(hub, of, token, fillOf(one, none, none))).to.equal('recorded')
    expect(await recordFill(hub, of, token, fillOf(two, none, none))).to.equal('changed since')
    const text = (await hub.redis.hget(hub.keys.positions(venue, of.account), `${symbol}/net`)) ?? ''
    expect(await recordFill(hub, of, token, fillOf(two, toStored(text), toStored(text)))).to.equal('recorded')
    expect((await readFills(hub, of, 10)).map(({ orderId }) => orderId)).to.deep.equal(['sl1', 'sl2'])
    expect((await readPositions(hub, of)).positions.get(symbol)?.position.size).to.equal('2')
  })

  it('that have filled wholly are open no longer', async () => {
    const hub = await redis.hub()
    await lead(hub)
    const order = limitOrder({ size: '1' })
    await placeOrder(hub, of, order)
    await recordFill(hub, of, token, fillOf(order, none, none))
    expect(await readOrders(hub, of, 'open', 10)).to.deep.equal([])
    expect((await readOrders(hub, of, 'ended', 10))[0]).to.include({ state: 'filled', filled: '1' })
  })
})

describe('traders on one paper account', () => {
  const redis = withRedis({ cluster: true })
  const open: { stop(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.stop()
  })
  const minute = 60_000

  /** The market shows a quote, and a candle of it, as of now. */
  async function quote(hub: Hub, bid: string, ask: string, size = '10'): Promise<void> {
    const now = Math.trunc(hub.clock.now())
    const ticker = { bid, bidSize: size, ask, askSize: size, time: now, updateId: 0 }
    await mergeTickers(hub, venue, [{ symbol, index: 0, ticker }], now)
    const prices = { open: bid, high: ask, low: bid, close: bid, volume: '0' }
    const kline = { openTime: now - (now % minute), ...prices, class: 0, time: now, source: 'rest' } as const
    await mergeKlines(hub, { venue, interval: '1m' }, [{ symbol, index: 0, polledAt: now, klines: [kline] }])
  }

  async function trade(
    hub: Hub,
    strategy = 'test',
  ): Promise<Trading & { denied: string[]; quotesAgeMs: () => number }> {
    await writeInstruments(hub, venue, listInstruments([toPerpetual(symbol)], new Map(), new Map()))
    if ((await hub.redis.exists(hub.keys.lane(venue, '1m', 'all'))) === 0) {
      await hub.redis.rpush(hub.keys.lane(venue, '1m', 'all'), symbol)
    }
    const market = await followMarket(
      hub,
      venue,
      { intervals: ['1m'], length: 10, staleAfterMs: 20_000 },
      () => {},
    )
    open.push(market)
    const denied: string[] = []
    const paper = openPaperTrading(hub, of, {
      strategy,
      market,
      instrument: (each) => (each === symbol ? toPerpetual(symbol) : undefined),
      onFill: () => {},
      onDenied: (_, reason) => denied.push(reason),
    })
    open.push(paper)
    await until('the market is complete', async () => market.isComplete(), 5_000)
    await until('the account is known', async () => paper.counts().accountKnown === 1, 5_000)
    return { ...paper, denied, quotesAgeMs: () => market.ledger.quotesAgeMs(hub.clock.now()) }
  }

  const buy = {
    class: 'open',
    symbol,
    side: 'buy',
    type: 'limit',
    size: 2,
    price: 100,
    postOnly: true,
  } as const

  it('make one order of one signal, and one set of fills, whoever matches', async function () {
    this.timeout(20_000)
    const hub = await redis.hub({ paperLatencyMs: '0' })
    await quote(hub, '101', '102')
    const traders = await Promise.all([trade(hub), trade(hub), trade(hub)])
    await quote(hub, '101', '102')
    const outcomes = await Promise.all(
      traders.map(({ orders }) => orders.submit({ ...buy, signalId: 'one' })),
    )
    expect(outcomes.map((each) => each.outcome)).to.deep.equal(['accepted', 'accepted', 'accepted'])
    expect(outcomes.filter((each) => each.outcome === 'accepted' && each.isNew)).to.have.length(1)
    await until(
      'it rests',
      async () =>
        (await readOrders(hub, of, 'open', 9))[0]?.state === 'open' ||
        quote(hub, '101', '102').then(() => false),
      10_000,
    )
    await quote(hub, '99', '99.9', '0.5')
    await until('a part is filled', async () => (await readFills(hub, of, 9)).length === 1, 5_000)
    await quote(hub, '99', '99.8', '10')
    await until(
      'all is filled',
      async () => (await readOrders(hub, of, 'ended', 9))[0]?.state === 'filled',
      5_000,
    )
    const fills = await readFills(hub, of, 9)
    expect(fills.map(({ size, price, liquidity }) => [size, price, liquidity])).to.deep.equal([
      ['0.5', '100', 'maker'],
      ['1.5', '100', 'maker'],
    ])
    const seen = async () => traders.every(({ positions }) => positions.own(symbol)?.size === '2')
    await until('every trader sees the position', seen, 5_000)
  })

  it('do not see each other’s parts as their own', async function () {
    this.timeout(20_000)
    const hub = await redis.hub({ paperLatencyMs: '0' })
    await quote(hub, '99', '100')
    const [one, two] = await Promise.all([trade(hub, 'one'), trade(hub, 'two')])
    await quote(hub, '99', '100')
    const market = { class: 'open', symbol, side: 'buy', type: 'market', size: 1, signalId: 'now' } as const
    expect(await one.orders.submit(market)).to.include({ outcome: 'accepted', isNew: true })
    const held = async () => {
      await quote(hub, '99', '100')
      return one.positions.own(symbol)?.size === '1' && two.positions.account(symbol)?.size === '1'
    }
    await until('it is bought', held, 10_000)
    expect(two.positions.own(symbol)).to.equal(undefined)
    expect(two.orders.open()).to.deep.equal([])
    expect((await readFills(hub, of, 9))[0]).to.include({ price: '100', liquidity: 'taker', fee: '0.05' })
  })

  it('open nothing on stale data, and take their orders back', async function () {
    this.timeout(20_000)
    const hub = await redis.hub({ paperLatencyMs: '0', staleAfterMs: '1500' })
    await quote(hub, '101', '102')
    const trader = await trade(hub)
    await until('the quotes are old', async () => trader.quotesAgeMs() > 1_500, 5_000)
    expect(await trader.orders.submit({ ...buy, signalId: 'late' })).to.include({ outcome: 'denied' })
    expect(trader.denied.at(-1)).to.contain('stale data')
    await quote(hub, '101', '102')
    const outcome = await trader.orders.submit({ ...buy, signalId: 'fresh' })
    if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome))
    expect(await trader.orders.cancel(outcome.id)).to.deep.equal({ outcome: 'accepted' })
    const ended = async () => {
      await quote(hub, '101', '102')
      return (await readOrders(hub, of, 'ended', 9))[0]?.state === 'cancelled'
    }
    await until('it is cancelled', ended, 10_000)
    expect(await trader.orders.cancel(outcome.id)).to.include({ outcome: 'denied' })
    expect(trader.orders.open()).to.deep.equal([])
  })
})
