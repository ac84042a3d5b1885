import { expect } from 'chai'
import { SymbolLedger } from '../../scripts/bench/stop-ledger.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import { openTrading } from '../support/account-system.ts'
import { withFolder } from '../support/folder.ts'
import { sizeOf, untilLadder } from '../support/ladder-system.ts'
import { conditionsOf, perpetualsOf, startRisk } from '../support/risk-system.ts'
import { withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until } from '../support/until.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import { getJson } from '../simulator/request.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// Of four minutes: the price rises, stays, falls by 3 %, and stays there.
const closes = [1, 1, 0.97, 0.97] as const
const base = 100
const symbol = 'FALLUSDT'

// So near that the fall passes all of them, at a few times the speed of life.
const limits = {
  rungs: [0.006, 0.008, 0.01, 0.012],
  closeAllBehind: 0.001,
  backstopBeyond: 0.002,
  rungTolerance: 0.001,
  markAgreement: 0.02,
}
const settings = { SLUICE_RISK_LIMITS: JSON.stringify(limits) }

// A few times the speed of life. Requests and their windows take as long as they do at any, so that the bound is told in real
// ms.
const rate = 4
const longestRealMs = 3_000

describe('a position whose price falls', function () {
  this.timeout(120_000)
  const open = withSystems()
  const folder = withFolder()

  /** A market whose next fall is ahead, at a few times the speed of life. */
  async function openFalling(): Promise<{ system: System; client: AccountClient }> {
    const path = folder.write('falls.csv', recording())
    const flags = ['--replay', path, '--start-minute', '101', '--account', 'demo:demo:USDT=1000000']
    const system = await open({ symbols: 1, klines: 0, listed: true, rate, simulatorFlags: flags })
    return { system, client: await openTrading(system) }
  }

  /** Opens a position before the price falls. */
  async function hold(system: System, client: AccountClient): Promise<ListedInstrument> {
    const [instrument] = await perpetualsOf(system, 1)
    const isHigh = async () => {
      const { markPrice } = await getJson<{ markPrice: string }>(
        `${system.simulator.url}/fapi/v1/premiumIndex?symbol=${symbol}`,
      )
      return Number(markPrice) > base * 0.999
    }
    await until('the price is high', isHigh, 60_000)
    await client.market(symbol, 'BUY', '20')
    return instrument ?? expect.fail('no instrument is known')
  }

  function longestBareMs(spans: readonly { from: number; to: number }[]): number {
    return Math.max(0, ...spans.map(({ from, to }) => to - from))
  }

  // REJECTED and EXPIRED are told in one event of the same form; one that is stuck never ends.
  for (const status of soak ? (['REJECTED', 'EXPIRED', 'STUCK'] as const) : (['STUCK'] as const))
    it(`is covered again or closed within 3 s when a stop that is reached is ${status}`, async () => {
      const { system, client } = await openFalling()
      await perpetualsOf(system, 1)
      await startRisk(system, settings)
      await system.simulator.faults({ kind: 'triggerFails', status, count: 1 })
      const instrument = await hold(system, client)
      await untilLadder(client, symbol, 10_000)
      const isClosed = async () => sizeOf(await client.truth(), symbol) === '0'
      await until('the position is closed', isClosed, 60_000)
      const truth = await untilLadder(client, symbol, 10_000)
      const failed = status === 'STUCK' ? 'TRIGGERING' : status
      expect(truth.algoOrders.filter((row) => row['algoStatus'] === failed).length).to.be.at.least(1)
      const bareMs = longestBareMs(
        new SymbolLedger(truth, symbol).bareSpans(0.05, Number(instrument.maxMarketQty)),
      )
      tell(`${status}: longest without cover ${bareMs} ms`)
      expect(bareMs / rate).to.be.at.most(longestRealMs)
    })

  it('is closed at the market when nothing stands and two sources have it beyond its last rung', async () => {
    const { system, client } = await openFalling()
    await perpetualsOf(system, 1)
    await startRisk(system, settings)
    await system.simulator.faults({ kind: 'reject', code: -1111, path: 'POST /fapi/v1/algoOrder' })
    await hold(system, client)
    const isTold = async () => (await conditionsOf(system)).includes(`uncovered ${symbol}/both`)
    await until('it is told that nothing covers it', isTold, 10_000)
    const isClosed = async () => sizeOf(await client.truth(), symbol) === '0'
    await until('the position is closed', isClosed, 60_000)
    const { orders } = await client.truth()
    const exit = orders.findLast((order) => order['symbol'] === symbol)
    expect([exit?.['type'], exit?.['reduceOnly']]).to.deep.equal(['MARKET', true])
    const isOver = async () => !(await conditionsOf(system)).some((name) => name.startsWith('uncovered'))
    await until('nothing is told any more', isOver, 10_000)
  })

  function recording(): string {
    const start = 1_764_000_000_000
    let last: number = base
    const rows = Array.from({ length: 300 }, (_, minute) => {
      const close = base * (closes[minute % closes.length] ?? 1)
      const [high, low] = [Math.max(last, close), Math.min(last, close)]
      const prices = [last, high, low, close].map((price) => price.toFixed(2))
      const row = [symbol, start + minute * 60_000, ...prices, 1000.5].join(',')
      last = close
      return row
    })
    return `symbol,openTime,open,high,low,close,volume\n${rows.join('\n')}\n`
  }
})
