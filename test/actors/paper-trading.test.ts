import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { add, mul } from '../../lib/model/decimal.ts'
import type { AccountOf } from '../../lib/orders/paper-orders.ts'
import { readFills, readOrders, readPositions } from '../../lib/orders/paper-orders.ts'
import { quietSymbol, writeDipRecording } from '../support/dip-recording.ts'
import { withFolder, withSharedFolder } from '../support/folder.ts'
import { venue, withSystem } from '../support/system.ts'
import { beatOf, strategySettings } from '../support/traders.ts'
import { tell, until, untilFound } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const leastKills = soak ? 300 : 2

/** Positions, orders and fills of an account say the same, to the last digit. */
async function requireConsistent(hub: Hub, of: AccountOf): Promise<void> {
  const fills = await readFills(hub, of, 10_000)
  const { positions } = await readPositions(hub, of)
  for (const [symbol, { position }] of positions) {
    const mine = fills.filter((fill) => fill.symbol === symbol)
    const sizes = mine.map(({ side, size }) => (side === 'buy' ? size : `-${size}`))
    expect(position.size, symbol).to.equal(add('0', ...sizes))
    expect(position.fees, symbol).to.equal(add('0', ...mine.map(({ fee }) => fee)))
    expect(position.realisedProfit, symbol).to.equal(
      add('0', ...mine.map(({ realisedProfit }) => realisedProfit)),
    )
  }
  expect(new Set(fills.map(({ id }) => id)).size).to.equal(fills.length)
  for (const order of await readOrders(hub, of, 'ended', 1_000)) {
    const filled = fills.filter(({ orderId }) => orderId === order.id).map(({ size }) => size)
    expect(order.filled, order.signalId).to.equal(add('0', ...filled))
  }
}

describe('a trader on paper', function () {
  this.timeout(120_000)
  const folder = withFolder()
  const recordings = withSharedFolder()
  const opened = withSystem({
    symbols: 3,
    rate: 20,
    share: 0.05,
    candleShare: 0.008,
    settings: { SLUICE_TICKER_SHARE: '0.4' },
    simulatorFlags: writeDipRecording(recordings.path()),
  })

  before(() => opened().start('ticker'))
  afterEach(async () => {
    for (const trader of opened().traders) await trader.signal('SIGKILL')
  })

  it('buys the fall and sells the rise with the bundled example, and nothing of what stays quiet', async () => {
    const system = opened()
    const of = { venue, account: 'paper-example' }
    const settings = { SLUICE_ACCOUNT: of.account, SLUICE_STRATEGY_OPTIONS: '{"tries": 50}' }
    const trader = await system.start('trader', settings)
    const sold = async () => {
      system.requireAlive()
      const { positions } = await readPositions(system.hub, of)
      return [...positions.values()].some(
        ({ position }) => position.size === '0' && Number(position.realisedProfit) > 0,
      )
    }
    await until('something is bought and sold with a profit', sold, 100_000)
    await requireConsistent(system.hub, of)
    const fills = await readFills(system.hub, of, 1_000)
    expect(fills.filter(({ symbol }) => symbol === quietSymbol)).to.deep.equal([])
    expect(
      fills.every(({ liquidity, fee, notional }) => liquidity === 'maker' && fee === mul(notional, '0.0002')),
    ).to.equal(true)
    expect(await beatOf(system.hub, trader)).to.include({
      mode: 'paper',
      strategy: 'example',
      complete: '1',
      symbols: '3',
      errors: '0',
    })
  })

  it('that is killed again and again makes no order twice, loses none, and adds up to the last digit', async () => {
    const system = opened()
    const of = { venue, account: 'paper-busy' }
    // Trades all the time, to either side, as maker and as taker.
    const settings = strategySettings(
      folder,
      `{ name: 'busy', intervals: ['1m'], onChange({ ledger, orders, now }, slot) {
      const { symbol } = ledger.symbols[slot]
      const turn = Math.floor(now() / 4_000)
      const side = turn % 2 === 0 ? 'buy' : 'sell'
      const at = turn % 4 < 2 ? { type: 'market' } : { type: 'limit', price: (side === 'buy' ? ledger.ask : ledger.bid)[slot] }
      void orders.submit({ signalId: symbol + turn, class: 'open', symbol, side, notional: 500 + turn % 7, ...at })
      for (const order of orders.open(symbol)) if (now() - order.submittedAt > 20_000) void orders.cancel(order.id)
    } }`,
    )
    const fills = async () => (await readFills(system.hub, of, 10_000)).length
    for (let kills = 0; kills < leastKills; kills++) {
      const child = await system.start('trader', { ...settings, SLUICE_ACCOUNT: of.account })
      const before = await fills()
      await until('it trades', async () => (await fills()) > before + 3, 30_000)
      // At any place of its work.
      await sleep(Math.random() * 50)
      await child.signal('SIGKILL')
    }
    await requireConsistent(system.hub, of)
    const ended = await readOrders(system.hub, of, 'ended', 1_000)
    const orders = [...(await readOrders(system.hub, of, 'open', 1_000)), ...ended]
    expect(new Set(orders.map(({ signalId }) => signalId)).size).to.equal(orders.length)
    tell(`${leastKills} kills, ${orders.length} orders, ${await fills()} fills`)
  })

  it('calls a strategy on for other symbols when it throws for one, and benches it there', async () => {
    const system = opened()
    const of = { venue, account: 'paper-throwing' }
    const settings = strategySettings(
      folder,
      `{ name: 'throwing', intervals: ['1m'], onChange({ ledger, orders, now }, slot) {
        const { symbol } = ledger.symbols[slot]
        if (symbol === '${quietSymbol}') throw new Error('no luck with ' + symbol)
        // Again each minute: what was denied, as on a machine that has just stood still, stays so.
        void orders.submit({ signalId: symbol + Math.floor(now() / 60_000), class: 'open', symbol, side: 'buy', type: 'market', notional: 50 })
      } }`,
    )
    const trader = await system.start('trader', { ...settings, SLUICE_ACCOUNT: of.account })
    const fills = () => readFills(system.hub, of, 100)
    const bought = async () => new Set((await fills()).map(({ symbol }) => symbol)).size === 2
    await until('the others are bought', bought, 30_000)
    const beat = await untilFound(
      'it is benched',
      async () => {
        const fields = await beatOf(system.hub, trader)
        return fields?.['benched'] === '1' ? fields : undefined
      },
      30_000,
    )
    expect(beat['errors']).to.equal('5')
    for (const { symbol, liquidity } of await fills()) {
      expect(symbol).to.not.equal(quietSymbol)
      expect(liquidity).to.equal('taker')
    }
    system.requireAlive()
  })
})
