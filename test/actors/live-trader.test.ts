import { expect } from 'chai'
import { readConditions } from '../../lib/hub/conditions.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import { withFolder } from '../support/folder.ts'
import { beatAsRisk, openOrderSystem, orderSettings, startOrders } from '../support/order-system.ts'
import { venue, withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { beatOf } from '../support/traders.ts'
import { tell, until, untilFound, watch } from '../support/until.ts'

const onPaper = { venue, account: 'paper-main' }
const eagerOn = 'SOLUSDT'

// Wants to open all the time, under ids that tell what it saw of the account at the venue.
const eager = `export const strategy = { name: 'eager', intervals: ['1m'], onChange({ ledger, orders, positions, now }, slot) {
  const { symbol } = ledger.symbols[slot]
  if (symbol !== '${eagerOn}') return
  const seen = positions.venue(symbol).map(({ side, size }) => side + size).join() || 'nothing'
  const signalId = seen + '-' + Math.floor(now() / 1_000)
  void orders.submit({ signalId, class: 'open', symbol, side: 'buy', type: 'limit', price: ledger.bid[slot] * 0.9, notional: 500 })
} }
`

// Buys once, and sells what it sees as its own once that is told. What is denied, as on a machine that has just stood still,
// is wanted again a second later.
const strategyOf = (
  name: string,
  only: string,
) => `export const strategy = { name: '${name}', intervals: ['1m'], onChange({ ledger, orders, positions, now }, slot) {
  const { symbol } = ledger.symbols[slot]
  if (symbol !== '${only}' || orders.open(symbol).length > 0) return
  const second = Math.floor(now() / 1_000)
  const own = positions.own(symbol)
  if (own === undefined) void orders.submit({ signalId: 'in ' + second, class: 'open', symbol, side: 'buy', type: 'market', notional: 300 })
  else if (own.size !== '0') void orders.submit({ signalId: 'out ' + second, class: 'reduce', symbol, side: 'sell', type: 'market', size: own.size })
} }
`

describe('a trader of an account at the venue', function () {
  this.timeout(150_000)
  const ends: (() => Promise<unknown>)[] = []
  // Before the system itself ends.
  after(async () => {
    for (const end of ends.splice(0)) await end()
  })
  const running = withSystem({ symbols: 6 })
  const folder = withFolder()
  afterEach(async () => {
    for (const trader of running().traders) await trader.signal('SIGKILL')
  })

  const signals = async ({ hub }: System) =>
    (await readOrders(hub, onPaper, 'open', 1_000)).map(({ signalId }) => signalId)

  it('opens nothing before a full snapshot has come, nor while the sources differ on the symbol', async () => {
    const system = running()
    await system.start('ticker')
    const trader = await system.start('trader', {
      SLUICE_STRATEGY: folder.write('eager.mjs', eager),
      SLUICE_ACCOUNT: of.account,
    })
    const denied = async () => Number((await beatOf(system.hub, trader))?.['denied']) > 3
    await until('it is denied', denied, 20_000)
    expect(await signals(system)).to.deep.equal([])
    expect((await beatOf(system.hub, trader))?.['ready']).to.equal('0')

    const client = await openTrading(system)
    await client.market(eagerOn, 'BUY', '10')
    const startedAt = Date.now()
    await system.start('position', { ...keySettings, SLUICE_ACCOUNT_SHARE: '0.2' })
    const seen = async (size: string) =>
      (await signals(system)).some((signalId) => signalId.startsWith(`both${size}-`))
    await until('it opens, and sees the position', () => seen('10'), 15_000)
    tell(`ready ${Date.now() - startedAt} ms after the account's process was started`)
    expect((await signals(system)).filter((signalId) => signalId.startsWith('nothing'))).to.deep.equal([])
    const ready = async () => (await beatOf(system.hub, trader))?.['ready'] === '1'
    await until('its beat says so', ready, 3_000)

    // One source goes on telling how it was.
    await system.simulator.faults({ kind: 'freeze', ms: 6_000, path: 'positionRisk' })
    await client.market(eagerOn, 'BUY', '20')
    const differs = async () => (await readConditions(system.hub, of)).has(`difference ${eagerOn}/both`)
    tell(`the difference is a condition after ${await until('a difference', differs, 8_000)} ms`)
    // What was under way may still come in.
    await watch(300, async () => system.requireAlive())
    const before = await signals(system)
    await watch(1_500, async () => system.requireAlive())
    if (await differs()) expect(await signals(system)).to.deep.equal(before)
    const cleared = async () => !(await differs())
    tell(`and clears ${await until('it clears by itself', cleared, 15_000)} ms later`)
    const more = async () => (await signals(system)).length > before.length
    await until('it opens again', more, 10_000)
    await until('and sees the position', () => seen('30'), 10_000)
    // The account at the venue has none of these orders.
    expect((await client.truth()).openOrders).to.deep.equal([])
    await system.simulator.faults()
  })

  describe('with --live', () => {
    // The test above has started a position actor, where it ran.
    before(async () => {
      const system = running()
      const orders = await openOrderSystem(system, { isFollowed: system.positions.length > 0 })
      ends.push(() => orders.stop(), beatAsRisk(system))
      await startOrders(system)
    })

    for (const [way, direct, symbol] of [
      ['by the queue', 'false', 'BTCUSDT'],
      ['from its own process', 'true', 'ETHUSDT'],
    ] as const)
      it(`has its strategy's orders filled at the venue, sent ${way}, and sees what they made`, async () => {
        const system = running()
        const decisions = async () => {
          const found: Readonly<Record<string, unknown>>[] = []
          for await (const records of readRecords(system.hub, of, 'journal', '0-0'))
            for (const { row } of records)
              if (row['kind'] === 'decision' && row['symbol'] === symbol) found.push(row)
          return found
        }
        const trader = await system.start('trader', {
          ...orderSettings,
          SLUICE_STRATEGY: folder.write('once.mjs', strategyOf(`once-${symbol}`, symbol)),
          SLUICE_DIRECT: direct,
        })
        const client = await openTrading(system)
        let decided = ''
        const twoTrades = async () => {
          system.requireAlive()
          const last = (await decisions()).slice(-3).map(({ text }) => text)
          decided = JSON.stringify([last, await beatOf(system.hub, trader)])
          const trades = (await client.truth()).trades.filter((trade) => trade.symbol === symbol)
          return trades.length >= 2 ? trades : undefined
        }
        const trades = await untilFound('it has bought and sold', twoTrades, 30_000, () => decided)
        expect(trades.map(({ side }) => side)).to.deep.equal(['BUY', 'SELL'])
        expect(trades[0]?.qty).to.equal(trades[1]?.qty)
        const told = async () => {
          const fields = await beatOf(system.hub, trader)
          return fields?.['fills'] === '2' && Number(fields['orders']) >= 2 ? fields : undefined
        }
        const fields = await untilFound('its beat tells its orders and two fills', told, 10_000)
        expect(fields['mode']).to.equal('live')
        const sent = (await decisions()).filter(({ what }) => what === 'sent')
        expect(new Set(sent.map(({ id }) => id)).size).to.equal(2)
      })
  })
})
