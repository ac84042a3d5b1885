import { expect } from 'chai'
import { createClock } from '../../lib/hub/clock.ts'
import { openDurability } from '../../lib/hub/durability.ts'
import type { SizedIntent } from '../../lib/model/claim.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { claim, sendClaimed } from '../../lib/orders/send-intent.ts'
import type { OrderPath } from '../../lib/orders/send-intent.ts'
import { settleClaims } from '../../lib/orders/settle-claims.ts'
import { decodeClaim } from '../../lib/model/claim.ts'
import { openTestOrders } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import { getJson } from '../simulator/request.ts'

const of = { venue: 'binanceusdm', account: 'main' }
const symbol = 'BTCUSDT'

describe('a claim', function () {
  this.timeout(30_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  after(() => simulator.stop())

  it('of an order that traded in part and was cancelled later ends once the account shows its trades', async () => {
    const hub = await redis.hub()
    await hub.redis.set(hub.keys.tradingState(of.venue, of.account), 'active')
    const clock = createClock(1, { offsetMs: simulator.now() - Date.now(), errorMs: 50 })
    const { exchange } = await openTestOrders(simulator.url, 'one', 'first', clock)
    const path: OrderPath = {
      hub: { ...hub, clock },
      of,
      exchange,
      durability: await openDurability(hub),
      call: (run) => run(),
      moneyTerms: () => ({ contractSize: '1', quote: 'USDT' }),
    }
    // Far less than ten is displayed at one price.
    const quote = await getJson<{ askPrice: string }>(
      `${simulator.url}/fapi/v1/ticker/bookTicker?symbol=${symbol}`,
    )
    const id = clientOrderIdOf(of.account, 'test', 'part')
    const intent: SizedIntent = {
      id,
      account: of.account,
      strategy: 'test',
      signalId: 'part',
      class: 'open',
      symbol,
      side: 'buy',
      positionSide: 'both',
      type: 'limit',
      timeInForce: 'GTC',
      postOnly: false,
      reduceOnly: false,
      price: (Number(quote.askPrice) * 1.0001).toFixed(1),
      slices: [{ clientOrderId: id, size: '40' }],
      deadline: clock.now() + 5_000,
    }
    const terms = { before: { size: '0', time: 0 }, reservations: [], revision: 0 }
    const answer = await claim(path, intent, terms)
    await sendClaimed(path, decodeClaim(answer.claim))
    const lastTradeTime = async () => {
      const trades = await exchange.fetchTradesSince(symbol, Math.floor(clock.now()) - 60_000)
      return Math.max(0, ...trades.map(({ time }) => time))
    }
    const sweptAt = await lastTradeTime()
    expect(sweptAt).to.be.greaterThan(0)
    await until('a later ms at the venue', async () => simulator.now() > sweptAt + 1, 5_000)
    await exchange.cancelOrder(symbol, id)
    // The market may have traded with what rested meanwhile.
    const lastTrade = await lastTradeTime()
    const settle = (positionTime: number) =>
      settleClaims({
        ...path,
        fetchPosition: async () => ({ size: '0', time: 0 }),
        positionTime: async () => positionTime,
        isSending: () => false,
        mustAsk: () => true,
      })
    let seen = ''
    const isEnded = async () => {
      const { state, filled, size } = (await readLiveOrder(hub, of, id)) ?? {}
      seen = `${filled} of ${size} is ${state}`
      return state === 'cancelled'
    }
    await until(
      'it is cancelled',
      async () => (await settle(lastTrade - 1)) === 1 && (await isEnded()),
      5_000,
      () => seen,
    )
    const order = await readLiveOrder(hub, of, id)
    expect(order?.time).to.be.greaterThan(lastTrade)
    expect(order?.traded).to.equal(order?.filled)
    expect((await readOpenClaims(hub, of)).length).to.equal(1)
    expect(await settle(lastTrade)).to.equal(0)
    expect(await readOpenClaims(hub, of)).to.deep.equal([])
  })
})
