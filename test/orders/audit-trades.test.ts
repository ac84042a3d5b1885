import { expect } from 'chai'
import { auditTrades } from '../../actors/order/audit-trades.ts'
import { readAlerts } from '../../lib/alert/alerts.ts'
import { add } from '../../lib/model/decimal.ts'
import type { Fill } from '../../lib/model/order.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { closeByStop } from '../support/close-by-stop.ts'
import { of, openTestDesk } from '../support/open-desk.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import { AccountClient } from '../simulator/account-client.ts'
import { postJson } from '../simulator/request.ts'

const symbol = 'BTCUSDT'
const other = 'ETHUSDT'

describe('trades that no stream told', function () {
  this.timeout(60_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    simulator = await startSimulator('--symbols', '2', '--account', 'one:first:USDT=100000')
  })
  after(() => simulator.stop())

  it('come to the fills once each, whoever traded and however many processes look', async () => {
    const desk = await openTestDesk(await redis.hub(), simulator)
    const client = await AccountClient.open(simulator.url, 'one', 'first')
    // One that traded before the account was followed.
    await client.market(symbol, 'BUY', '0.01')
    const before = (await client.truth()).trades.length
    const audits = [1, 2].map(() => auditTrades(desk.desk, { leads: () => true }))
    try {
      const { hub } = desk
      const begun = async () => (await hub.redis.exists(hub.keys.auditedTrades(of.venue, of.account))) === 1
      await until('it has begun', begun, 5_000)
      const fills = async () => {
        const told: string[] = []
        for await (const records of readRecords(hub, of, 'fills', '0-0'))
          for (const { row } of records) {
            const { id, orderId, size, fee, strategy } = row as unknown as Fill
            told.push([strategy, id.slice(orderId.length + 1), add('0', size), add('0', fee)].join(' '))
          }
        return told
      }
      const wanted = async () => {
        const { trades, orders } = await client.truth()
        const ids = new Map(orders.map((order) => [order['orderId'], String(order['clientOrderId'])]))
        const all = trades as unknown as { id: string; orderId: string; qty: string; commission: string }[]
        return all.slice(before).map(({ id, orderId, qty, commission }) => {
          const clientId = ids.get(orderId) ?? ''
          const owner = clientId.startsWith('algo_')
            ? '(stop)'
            : clientId.startsWith('autoclose-')
              ? '(liquidation)'
              : '(nobody)'
          return [owner, id, add('0', qty), add('0', commission)].join(' ')
        })
      }
      let seen = ''
      let lookedAt = 0
      const areThere = async () => {
        // Each of them counts at the venue.
        if (Date.now() - lookedAt < 300) return false
        lookedAt = Date.now()
        for (const each of [symbol, other]) await desk.readPosition(each)
        const [told, should] = [await fills(), await wanted()]
        seen = JSON.stringify([told, should])
        return told.length >= should.length && should.every((each) => told.includes(each))
      }
      await client.market(symbol, 'BUY', '0.5')
      await client.market(other, 'BUY', '1')
      await until("a person's trades are found", areThere, 10_000, () => seen)
      await closeByStop(client, symbol)
      await until('its trades are found', areThere, 10_000, () => seen)
      await postJson(`${simulator.url}/_sim/transfer`, { key: 'one', asset: 'USDT', amount: '-100000' })
      const isLiquidated = async () => (await wanted()).some((each) => each.startsWith('(liquidation)'))
      await until('the account is liquidated', isLiquidated, 10_000)
      await until('its trades are found', areThere, 10_000, () => seen)
      expect((await fills()).toSorted()).to.deep.equal((await wanted()).toSorted())
      expect((await readAlerts(hub, 10)).map(({ kind, text }) => `${kind}: ${text}`)).to.satisfy(
        ([only, ...more]: string[]) =>
          more.length === 0 &&
          only?.startsWith('liquidation: the exchange closed by liquidation: sell 1 ETHUSDT (autoclose-'),
      )
      // Another one that comes later knows no trade, and brings none again.
      await hub.redis.del(hub.keys.auditedTrades(of.venue, of.account))
      await hub.redis.hset(hub.keys.auditedTrades(of.venue, of.account), '*', 1)
      const again = auditTrades(desk.desk, { leads: () => true })
      await until('it has looked', async () => again.counts().audits >= 2, 5_000)
      await again.stop()
      expect((await fills()).length).to.equal((await wanted()).length + before)
    } finally {
      for (const audit of audits) await audit.stop()
      await desk.stop()
    }
  })
})
