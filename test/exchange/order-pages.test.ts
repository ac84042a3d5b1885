import { expect } from 'chai'
import { createClock } from '../../lib/hub/clock.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { until } from '../simulator/request.ts'
import { openTestOrders } from '../support/order-account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'

const symbol = 'BTCUSDT'
// The venue takes 1,200 orders in a minute of its clock.
const rate = 100
const page = 1_000
const mostInBatch = 5

describe('the history of an account that trades a lot', function () {
  this.timeout(60_000)

  let simulator: Simulator

  before(async () => {
    const account = ['--account', 'one:first:USDT=1000000000']
    const limits = ['--weight-limit', '1000000', '--ban-after', '1000000']
    const one = ['--venue', 'binanceusdm', '--symbols', '2', '--rate', String(rate)]
    simulator = await startSimulator(...one, ...limits, ...account)
  })
  after(() => simulator.stop())

  it('is told to its end, beyond what one answer holds', async () => {
    const offsetMs = simulator.now() - Date.now() * rate
    const clock = createClock(rate, { offsetMs, errorMs: 100 })
    const { exchange } = await openTestOrders(simulator.url, 'one', 'first', clock)
    const since = simulator.now() - 1_000
    const client = await AccountClient.open(simulator.url, 'one', 'first')
    const ids = Array.from({ length: page + 1 }, (_, at) => `page-${at}`)
    for (let at = 0; at < ids.length; at += mostInBatch) {
      const batch = ids.slice(at, at + mostInBatch).map((newClientOrderId) => {
        const side = Number(newClientOrderId.slice(-1)) % 2 === 0 ? 'BUY' : 'SELL'
        return { symbol, side, type: 'MARKET', quantity: '0.002', newClientOrderId }
      })
      const send = () => client.codeOf('POST /fapi/v1/batchOrders', { batchOrders: JSON.stringify(batch) })
      // The venue takes 300 orders in 10 s of its clock.
      await until(async () => ((await send()) === undefined ? true : undefined))
    }
    const orders = await exchange.fetchOrdersSince(symbol, since)
    expect(orders.map(({ clientOrderId }) => clientOrderId)).to.deep.equal(ids)
    const trades = await exchange.fetchTradesSince(symbol, since)
    expect(trades.length).to.be.greaterThan(page)
    expect(new Set(trades.map(({ id }) => id)).size).to.equal(trades.length)
    const traded = new Set(trades.map(({ orderId }) => orderId))
    expect(orders.filter(({ orderId }) => !traded.has(orderId))).to.deep.equal([])
    await exchange.close()
  })
})
