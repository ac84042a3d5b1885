import { expect } from 'chai'
import { watchUnowned } from '../../actors/order/watch-unowned.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { stopIdOf } from '../../lib/model/stop-id.ts'
import { claimKeys } from '../../lib/orders/claims.ts'
import { unownedEntries } from '../../lib/orders/unowned-orders.ts'
import { limitsOf } from '../../lib/risk/limits.ts'
import { of, openTestDesk } from '../support/open-desk.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import { AccountClient } from '../simulator/account-client.ts'

const symbol = 'BTCUSDT'

describe('orders and stops at the venue', function () {
  this.timeout(60_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=1000000')
  })
  after(() => simulator.stop())

  it('are named where nobody owns them, and cancelled where that is configured, but for stops that reduce', async () => {
    const desk = await openTestDesk(await redis.hub(), simulator)
    const { hub, egress } = desk
    const client = await AccountClient.open(simulator.url, 'one', 'first')
    const { markPrice } = await client.ask<{ markPrice: string }>('GET /fapi/v1/premiumIndex', { symbol })
    const priceAt = (factor: number) => (Number(markPrice) * factor).toFixed(1)
    const rest = (newClientOrderId: string) =>
      client.limit(symbol, 'BUY', '0.01', priceAt(0.96), { newClientOrderId })
    const wait = (clientAlgoId: string, more: object) =>
      client.ask('POST /fapi/v1/algoOrder', {
        symbol,
        algoType: 'CONDITIONAL',
        type: 'STOP_MARKET',
        workingType: 'MARK_PRICE',
        clientAlgoId,
        ...more,
      })
    await client.market(symbol, 'BUY', '0.02')
    const claimed = clientOrderIdOf(of.account, 'test', 'one')
    await hub.redis.hset(claimKeys(hub, of).claims, claimed, '{}')
    await rest(claimed)
    await rest('by-hand')
    const ours = stopIdOf(
      { account: of.account, symbol, side: 'both' },
      { generation: 1, rung: 1, attempt: 0 },
    )
    const below = { side: 'SELL', triggerPrice: priceAt(0.9), quantity: '0.01', reduceOnly: true }
    await wait(ours, below)
    await wait('protects', below)
    await wait('opens', { side: 'BUY', triggerPrice: priceAt(1.1), quantity: '0.01' })

    const named = async () =>
      [...(await readConditions(hub, of)).values()].map((each) => String(each['clientOrderId'])).toSorted()
    const watching = watchUnowned(desk.desk, egress, { leads: () => true, limits: limitsOf({}) })
    try {
      await until('strangers are named', async () => (await named()).length > 0, 10_000)
      expect(await named()).to.deep.equal(['by-hand', 'opens', 'protects'])
      expect(unownedEntries(await readConditions(hub, of)).length).to.equal(2)
      expect((await client.truth()).openOrders.length).to.equal(2)
    } finally {
      await watching.stop()
    }
    const limits = limitsOf({ cancelUnowned: true })
    const cancelling = watchUnowned(desk.desk, egress, { leads: () => true, limits })
    try {
      await until('one is left', async () => (await named()).join() === 'protects', 20_000)
      const { openOrders, openAlgoOrders } = await client.truth()
      expect(openOrders.map((order) => order['clientOrderId'])).to.deep.equal([claimed])
      expect(openAlgoOrders.map((stop) => stop['clientAlgoId'])).to.have.members([ours, 'protects'])
    } finally {
      await cancelling.stop()
      await desk.stop()
    }
  })
})
