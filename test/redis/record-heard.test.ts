import { expect } from 'chai'
import fc from 'fast-check'
import { readAlerts } from '../../lib/alert/alerts.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { exitIdOf } from '../../lib/model/exit-id.ts'
import type { Fill } from '../../lib/model/order.ts'
import type { OrderMaker, OrderReport, TradeReport } from '../../lib/model/order-report.ts'
import { claimKeys } from '../../lib/orders/claims.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { partField } from '../../lib/orders/paper-orders.ts'
import { recordHeard } from '../../lib/orders/record-heard.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { withRedis } from '../support/with-redis.ts'

const runs = Number(process.env['SOAK_RUNS'] ?? 1) * 30
const of = { venue: 'v', account: 'main' }
const symbol = 'AUSDT'
const moneyTerms = () => ({ contractSize: '1', quote: 'USDT' })

interface Strange {
  readonly clientOrderId: string
  readonly orderId: string
  readonly madeBy?: OrderMaker
  readonly side: 'buy' | 'sell'
  /** contracts of each trade */
  readonly trades: readonly number[]
}

/** The words of an order as a stream tells them: how it stands after each trade, and that trade. */
function wordsOf({ clientOrderId, orderId, madeBy, side, trades }: Strange) {
  const size = trades.reduce((sum, each) => sum + each, 0)
  let filled = 0
  return trades.map((each, at) => {
    filled += each
    const time = 1_000 + at
    const report: OrderReport = {
      clientOrderId,
      ...(madeBy && { madeBy }),
      orderId,
      symbol,
      side,
      positionSide: 'both',
      reduceOnly: true,
      type: 'market',
      timeInForce: 'IOC',
      postOnly: false,
      state: filled === size ? 'filled' : 'open',
      size: String(size),
      price: undefined,
      filled: String(filled),
      averagePrice: '100',
      time,
    }
    const trade: TradeReport = {
      id: `${orderId}${at}`,
      orderId,
      symbol,
      side,
      positionSide: 'both',
      price: '100',
      size: String(each),
      fee: '0.1',
      feeAsset: 'USDT',
      realisedProfit: '0',
      liquidity: 'taker',
      time,
    }
    return { clientOrderId, orderId, symbol, report, trades: [trade] }
  })
}

async function fillsOf(hub: Hub): Promise<Fill[]> {
  const fills: Fill[] = []
  for await (const records of readRecords(hub, of, 'fills', '0-0'))
    fills.push(...records.map(({ row }) => row as unknown as Fill))
  return fills
}

describe('what is heard of orders that nobody claimed', () => {
  const redis = withRedis({ cluster: true })
  const exitId = exitIdOf({ account: 'main', symbol, side: 'both', startedAt: 1, nth: 0 })

  it('brings each trade to the fills once, in whatever order, how often and by whom it is told', async () => {
    const anyStrange = fc.uniqueArray(
      fc.record({
        clientOrderId: fc.constantFrom('algo_1', 'by-hand', 'adl_autoclose', exitId),
        orderId: fc.integer({ min: 1, max: 20 }).map(String),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        trades: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      }),
      {
        minLength: 1,
        maxLength: 4,
        // An exit's id is used once, and others' ids again.
        selector: ({ clientOrderId, orderId }) => (clientOrderId === exitId ? exitId : orderId),
      },
    )
    const anyRun = anyStrange.chain((strange) => {
      const words = strange.flatMap((each) => wordsOf(each))
      const twice = fc.shuffledSubarray([...words, ...words], {
        minLength: words.length * 2,
        maxLength: words.length * 2,
      })
      return fc.record({ strange: fc.constant(strange), words: fc.constant(words), told: twice })
    })
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ words, told }) => {
        const hub = await redis.hub()
        const path = { hub, of, moneyTerms }
        // Two that do not wait for one another.
        for (let at = 0; at < told.length; at += 2)
          await Promise.all(told.slice(at, at + 2).map((heard) => recordHeard(path, heard, true)))
        const fills = await fillsOf(hub)
        const ids = fills.map(({ id, orderId }) => id.slice(orderId.length + 1))
        expect(ids).to.have.members(words.flatMap(({ trades }) => trades.map(({ id }) => id)))
        expect(ids.length).to.equal(words.length)
      }),
      { numRuns: runs },
    )
  }).timeout(120_000)

  it("takes a stop's trades from the strategies' parts, and tells who made its order", async () => {
    const hub = await redis.hub()
    const key = hub.keys.strategyPositions(of.venue, of.account)
    const part = { symbol, size: '3', cost: '300', realisedProfit: '0', fees: '0', funding: '0' }
    await hub.redis.hset(key, partField('test', symbol), JSON.stringify({ ...part, revision: 1, time: 1 }))
    const other = JSON.stringify({ ...part, symbol: 'BAUSDT', revision: 1, time: 1 })
    await hub.redis.hset(key, partField('test', 'BAUSDT'), other)
    const child: Strange = {
      clientOrderId: 'algo_1',
      orderId: '7',
      madeBy: 'stop',
      side: 'sell',
      trades: [2, 1],
    }
    for (const heard of wordsOf(child)) await recordHeard({ hub, of, moneyTerms }, heard, true)
    const after = JSON.parse((await hub.redis.hget(key, partField('test', symbol))) ?? '{}') as {
      size: string
    }
    expect(after.size).to.equal('0')
    expect(await hub.redis.hget(key, partField('test', 'BAUSDT'))).to.equal(other)
    expect(await hub.redis.hlen(key)).to.equal(2)
    expect(await readLiveOrder(hub, of, `${symbol}-7`)).to.include({
      strategy: '(stop)',
      class: 'protect',
      signalId: 'algo_1',
      state: 'filled',
      filled: '3',
      traded: '3',
    })
    expect((await fillsOf(hub)).map(({ strategy }) => strategy)).to.deep.equal(['(stop)', '(stop)'])
  })

  it("tells a person of the venue's own, each once, and of nothing else", async () => {
    const hub = await redis.hub()
    const path = { hub, of, moneyTerms }
    for (const [madeBy, orderId] of [
      ['liquidation', '1'],
      ['deleveraging', '2'],
      ['settlement', '3'],
      ['stop', '4'],
    ] as const)
      for (const heard of wordsOf({ clientOrderId: 'x', orderId, madeBy, side: 'sell', trades: [1, 1] }))
        await recordHeard(path, heard, true)
    const alerts = await readAlerts(hub, 10)
    expect(alerts.map(({ kind, count, text }) => `${kind} ${count}: ${text}`)).to.have.members([
      'liquidation 1: the exchange closed by deleveraging: sell 2 AUSDT (x)',
      'liquidation 1: the exchange closed by liquidation: sell 2 AUSDT (x)',
      'liquidation 1: the exchange closed by settlement: sell 2 AUSDT (x)',
    ])
  })

  it('leaves what is claimed to whoever settles it, and what may not be adopted to whoever leads', async () => {
    const hub = await redis.hub()
    const path = { hub, of, moneyTerms }
    const id = clientOrderIdOf('main', 'test', 'one')
    await hub.redis.hset(claimKeys(hub, of).claims, id, '{}')
    const [claimed] = wordsOf({ clientOrderId: id, orderId: '1', side: 'buy', trades: [1] })
    const [strange] = wordsOf({ clientOrderId: 'by-hand', orderId: '2', side: 'buy', trades: [1] })
    if (claimed === undefined || strange === undefined) throw new Error('two words are needed')
    expect(await recordHeard(path, claimed, true)).to.equal('claimed')
    expect(await recordHeard(path, strange, false)).to.equal('unknown')
    const resting = {
      ...strange.report,
      type: 'limit',
      timeInForce: 'GTC',
      filled: '0',
      state: 'open',
    } as const
    expect(await recordHeard(path, { ...strange, report: resting, trades: [] }, true)).to.equal('strange')
    expect(await fillsOf(hub)).to.deep.equal([])
    expect(await readLiveOrder(hub, of, id)).to.equal(undefined)
    expect(await recordHeard(path, strange, true)).to.equal('recorded')
  })
})
