import { expect } from 'chai'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { of, openTrading } from '../support/account-system.ts'
import { withFolder } from '../support/folder.ts'
import { beatAsRisk, openOrderSystem, orderSettings, startOrders } from '../support/order-system.ts'
import { withSystem } from '../support/system.ts'
import { untilFound } from '../support/until.ts'

// Buys once, and sells what it sees as its own once that is told.
const strategyOf = (
  name: string,
  only: string,
) => `export const strategy = { name: '${name}', intervals: ['1m'], onChange({ ledger, orders, positions }, slot) {
  const { symbol } = ledger.symbols[slot]
  if (symbol !== '${only}') return
  const own = positions.own(symbol)
  if (own === undefined) void orders.submit({ signalId: 'in', class: 'open', symbol, side: 'buy', type: 'market', notional: 300 })
  else if (own.size !== '0') void orders.submit({ signalId: 'out', class: 'reduce', symbol, side: 'sell', type: 'market', size: own.size })
} }
`

describe('a trader with --live', function () {
  this.timeout(150_000)
  const ends: (() => Promise<unknown>)[] = []
  // Before the system itself ends.
  after(async () => {
    for (const end of ends.splice(0)) await end()
  })
  const running = withSystem({ symbols: 6 })
  before(async () => {
    const orders = await openOrderSystem(running())
    ends.push(() => orders.stop(), beatAsRisk(running()))
    await startOrders(running())
  })
  afterEach(async () => {
    for (const trader of running().traders) await trader.signal('SIGKILL')
  })
  const folder = withFolder()

  for (const [way, direct, symbol] of [
    ['by the queue', 'false', 'BTCUSDT'],
    ['from its own process', 'true', 'ETHUSDT'],
  ] as const)
    it(`has its strategy's orders filled at the venue, sent ${way}, and sees what they made`, async () => {
      const system = running()
      const trader = await system.start('trader', {
        ...orderSettings,
        SLUICE_STRATEGY: folder.write('once.mjs', strategyOf(`once-${symbol}`, symbol)),
        SLUICE_DIRECT: direct,
      })
      const client = await openTrading(system)
      const twoTrades = async () => {
        system.requireAlive()
        const trades = (await client.truth()).trades.filter((trade) => trade.symbol === symbol)
        return trades.length >= 2 ? trades : undefined
      }
      const trades = await untilFound('it has bought and sold', twoTrades, 30_000)
      expect(trades.map(({ side }) => side)).to.deep.equal(['BUY', 'SELL'])
      expect(trades[0]?.qty).to.equal(trades[1]?.qty)
      const told = async () => {
        const actors = await readLivingActors(system.hub.redis, system.hub.keys)
        const fields = actors.find(({ id }) => id.endsWith(`:${trader.pid}`))?.fields
        return fields?.['fills'] === '2' && fields['orders'] === '2' ? fields : undefined
      }
      const fields = await untilFound('its beat tells two orders and two fills', told, 10_000)
      expect(fields['mode']).to.equal('live')
      const decisions: unknown[] = []
      for await (const records of readRecords(system.hub, of, 'journal', '0-0'))
        for (const { row } of records)
          if (row['what'] === 'sent' && row['symbol'] === symbol) decisions.push(row['id'])
      expect(new Set(decisions).size).to.equal(2)
    })
})
