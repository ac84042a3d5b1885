import { expect } from 'chai'
import { readTradingState } from '../../lib/account/trading-states.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { getJson } from '../simulator/request.ts'
import { openTrading } from '../support/account-system.ts'
import { ladderOf, sizeOf, untilLadder } from '../support/ladder-system.ts'
import { openOrderSystem, startOrders } from '../support/order-system.ts'
import type { OrderSystem } from '../support/order-system.ts'
import { leftOf, startRisk } from '../support/risk-system.ts'
import { runSluice } from '../support/run-program.ts'
import { withSystem } from '../support/system.ts'
import { tell, until } from '../support/until.ts'
import { nameAt } from '../support/venue-names.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const symbol = 'ETHUSDT'
const simulatorFlags = ['--account', 'demo:demo:USDT=100000']

// The path is the same for both, and OKX counts in contracts besides; what each adds, the conformance suite tests.
for (const venue of soak ? (['okx', 'bybit'] as const) : (['okx'] as const)) {
  describe(`an account at ${venue} that trades`, function () {
    this.timeout(120_000)
    let orders: OrderSystem | undefined
    // Before the system itself ends.
    after(() => orders?.stop())
    const running = withSystem({ venue, symbols: 3, klines: 0, listed: true, simulatorFlags })

    it('opens once, has its stops, and is flat when a person says so', async () => {
      const system = running()
      const client = await openTrading(system)
      orders = await openOrderSystem(system, { symbol: nameAt(venue, symbol) })
      await startRisk(system, { SLUICE_ADDRESS: 'here', SLUICE_LOCAL_ADDRESS: '' })
      await startOrders(system)
      const startedAt = Date.now()
      const { id } = await orders.want({ signalId: 'one', notional: 3_000 })
      await orders.want({ signalId: 'one', notional: 3_000 })
      await orders.order(id, 'filled')
      tell(`filled ${Date.now() - startedAt} ms after it was handed in`)
      const truth = await untilLadder(client, symbol, 10_000)
      tell(`the stops stand ${Date.now() - startedAt} ms after it was handed in`)
      expect(ladderOf(truth, symbol).rungs).to.have.length.above(1)
      const came = await getJson<{ path: string }[]>(`${client.url}/_sim/arrivals?containing=${id}`)
      expect(came.map(({ path }) => path)).to.have.length(1)
      expect(truth.orders.map((order) => order['clientOrderId'])).to.deep.equal([id])
      expect(Number(sizeOf(truth, symbol))).to.be.above(0)
      const { code, stdout, stderr } = await runSluice(
        ['flatten', '--account', 'main', '--yes', '--reason', 'all out'],
        system.environment,
      )
      tell(`flat ${Date.now() - startedAt} ms after it was handed in`)
      expect([code, stderr], stdout).to.deep.equal([0, ''])
      expect(stdout).to.contain('flat: no position, no order and no stop is left')
      expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
      const place = `${nameAt(venue, symbol)}/both`
      const isFlat = async () => (await readPositions(system.hub, system.of)).get(place)?.size === '0'
      await until('Redis says so', isFlat, 5_000)
      expect((await readTradingState(system.hub, system.of)).state).to.equal('halted')
      expect([...orders.denied]).to.deep.equal([])
    })
  })
}
