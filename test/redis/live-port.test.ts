import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { followMarket } from '../../lib/market/follow-market.ts'
import type { OrderIntent } from '../../lib/model/intent.ts'
import type { LiveOrder } from '../../lib/model/live-order.ts'
import type { OrderReport, TradeReport } from '../../lib/model/order-report.ts'
import { followLiveAccount } from '../../lib/orders/live-account.ts'
import type { LiveEvent } from '../../lib/orders/live-account.ts'
import { recordPending, recordWord, toPendingOrder } from '../../lib/orders/live-orders.ts'
import { openLivePort } from '../../lib/orders/live-port.ts'
import { list, venue } from '../support/small-market.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'

const of = { venue, account: 'main' }
const symbol = 'AUSDT'
const terms = { contractSize: '1', quote: 'USDT' }

describe('the way of a strategy to an account at the venue', () => {
  const redis = withRedis({ cluster: true })
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  async function open(hub: Hub) {
    await list(hub)
    const options = { intervals: ['1m'], length: 10, staleAfterMs: 20_000 } as const
    const market = await followMarket(hub, venue, options, () => {})
    stops.push(() => market.stop())
    const handed: OrderIntent[] = []
    let hear: (event: LiveEvent) => void = () => {}
    const account = followLiveAccount(hub, of, (event) => hear(event))
    stops.push(() => account.stop())
    const port = openLivePort(hub, {
      strategy: 'mine',
      market,
      account,
      sight: { isSynced: () => account.isSynced(), notReady: () => undefined },
      staleAfterMs: 20_000,
      intentLifeMs: 5_000,
      hand: async (intent) => void (intent.class !== 'cancel' && handed.push(intent)),
      onDenied: () => {},
    })
    hear = (event) => port.onEvent(event)
    stops.push(() => port.stop())
    await until('the account is known', async () => account.isSynced(), 5_000)
    /** submits, and records what was sent, as whoever sends it does */
    const send = async (signalId: string): Promise<LiveOrder> => {
      await port.submit({ signalId, class: 'reduce', symbol, side: 'sell', type: 'market', size: 3 })
      const intent = handed.find((each) => each.signalId === signalId)
      if (intent === undefined) throw new Error(`expected ${signalId} to be handed on`)
      const slice = { clientOrderId: intent.id, size: '3' }
      const claimedAt = hub.clock.now()
      const order = toPendingOrder(
        of.account,
        {
          intent: { ...intent, slices: [slice] },
          claimedAt,
          sentBy: claimedAt + 5_000,
          before: { size: '0', time: 0 },
          reserved: {},
        },
        slice,
      )
      await recordPending(hub, of, order)
      return order
    }
    /** what the strategy sees of its order, and of what it made */
    const sight = () => [port.open(symbol).length, account.part('mine', symbol)?.size]
    return { port, send, sight }
  }

  const report = (order: LiveOrder, state: OrderReport['state'], filled: string): OrderReport => ({
    clientOrderId: order.id,
    orderId: '7',
    symbol,
    side: order.side,
    positionSide: 'both',
    reduceOnly: true,
    time: 1_000,
    type: 'market',
    timeInForce: 'IOC',
    postOnly: false,
    state,
    size: '3',
    price: undefined,
    filled,
    averagePrice: filled === '0' ? undefined : '10',
  })
  const trade = (id: string, size: string): TradeReport => ({
    id,
    orderId: '7',
    symbol,
    side: 'sell',
    positionSide: 'both',
    size,
    price: '10',
    fee: '0',
    feeAsset: 'USDT',
    liquidity: 'taker',
    realisedProfit: '0',
    time: 1_000,
  })

  it('shows an order that has ended until all that it traded is in the position', async () => {
    const hub = await redis.hub()
    const { send, sight } = await open(hub)
    const order = await send('out')
    expect(sight()).to.deep.equal([1, undefined])
    await recordWord(hub, of, order.id, { report: report(order, 'filled', '3') }, terms)
    await recordWord(hub, of, order.id, { trades: [trade('1', '2')] }, terms)
    await until('the first part is told', async () => sight()[1] === '-2', 5_000)
    expect(sight()).to.deep.equal([1, '-2'])
    await recordWord(hub, of, order.id, { trades: [trade('2', '1')] }, terms)
    await until('the rest is told', async () => sight()[1] === '-3', 5_000)
    expect(sight()).to.deep.equal([0, '-3'])
  })

  it('shows one no more that has ended without a trade', async () => {
    const hub = await redis.hub()
    const { send, sight } = await open(hub)
    const order = await send('out')
    await recordWord(hub, of, order.id, { report: report(order, 'expired', '0') }, terms)
    await until('it is gone', async () => sight()[0] === 0, 5_000)
  })
})
