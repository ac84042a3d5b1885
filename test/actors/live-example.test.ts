import { expect } from 'chai'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { compareBooks } from '../support/account-books.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import { watchCover } from '../support/cover-watch.ts'
import { measureCpu } from '../support/cpu-share.ts'
import { openLowFaults } from '../support/low-faults.ts'
import { orderSettings, startOrders } from '../support/order-system.ts'
import { findRecorded } from '../support/recording.ts'
import { withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, untilFound, watch } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const rate = 60
const minutes = soak ? 600 : 6
const runMs = (minutes * 60_000) / rate
const symbols = soak ? 10 : 4
const leastTrades = soak ? minutes : 2
// Without the recording it is a made-up market.
const file = 'klines/binance-usdm_1m_2025-05-05_to_05-27_10sym.csv.gz'
// Hours in which the market falls by a twentieth, so that stops are reached.
const startMinute = 11_160
const strategy = { fall: 0.0004, rise: 0.0004, notional: 250, restMs: 60_000 }
// In a real second three readings of tickers, 2.5 of all marks, and of candles as many polls as each symbol needs to be seen
// thrice in a venue minute.
const share = soak ? 0.04 : 0.03
const candleShare = soak ? 0.013 : 0.005
// What may be how old, in venue ms, is a real second here: a request and its answer take their time at any rate.
const settings = {
  SLUICE_TICKER_SHARE: '0.33',
  SLUICE_MARK_SHARE: '0.33',
  SLUICE_STRATEGY_OPTIONS: JSON.stringify(strategy),
  SLUICE_INTENT_LIFE_MS: String(5_000 * rate),
  SLUICE_STALE_AFTER_MS: '60000',
  SLUICE_RISK_LIMITS: JSON.stringify({
    markAgeMs: 60_000,
    marketAgeMs: 60_000,
    accountAgeMs: 60_000,
    rungs: [0.01, 0.0125, 0.015, 0.0175, 0.02],
  }),
}
// Where the account is traded from: an address of its own, as an account should have.
const trading = { SLUICE_ADDRESS: 'trading', SLUICE_LOCAL_ADDRESS: '127.0.0.5', SLUICE_SHARE: '0.5' }
// Real ms. Three of the venue's seconds are 50 of them, and no way to it and back, with Redis's disk between.
const longestBareMs = 3_000
const settledWithinMs = 40_000

async function openLive(open: ReturnType<typeof withSystems>): Promise<System> {
  const path = findRecorded(file)
  const replay = path === undefined ? [] : ['--replay', path, '--start-minute', String(startMinute)]
  const system = await open({ symbols, rate, settings, share, candleShare, simulatorFlags: replay })
  const { hub } = system
  await Promise.all([
    system.start('ticker'),
    system.start('mark'),
    system.start('position', { ...keySettings, ...trading, SLUICE_ACCOUNT_SHARE: '0.04' }),
    system.start('risk', { ...orderSettings, ...trading }),
  ])
  await startOrders(system, trading)
  await writeTradingState(hub, of, 'active', 'the test begins')
  // Trading that began long ago: nobody looks intents up.
  await hub.redis.set(hub.keys.tradingEpoch(of.venue, of.account), 1)
  await system.start('trader', { ...orderSettings, SLUICE_LIVE: 'true' })
  return system
}

/** What became of intents, the most frequent first. */
async function decisionsOf({ hub }: System): Promise<string> {
  const counts = new Map<string, number>()
  for await (const records of readRecords(hub, of, 'journal', '0-0'))
    for (const { row } of records) {
      if (row['kind'] !== 'decision') continue
      const { outcome, reason = '' } = JSON.parse(String(row['text'])) as { outcome: string; reason?: string }
      const decision = `${outcome} ${reason.replaceAll(/\d[\d.]*/g, '#')}`.trim()
      counts.set(decision, (counts.get(decision) ?? 0) + 1)
    }
  const sorted = [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([decision, count]) => `${count} ${decision}`)
  return sorted.slice(0, 12).join('; ')
}

describe('the example strategy on a live account', function () {
  this.timeout(runMs + 240_000)
  const open = withSystems()

  it(`trades for ${minutes} min while little things fail, and its books agree with the venue's to the last decimal`, async () => {
    const system = await openLive(open)
    const { hub, simulator } = system
    const client = await openTrading(system)
    const filled = async () =>
      (await readOrders(hub, of, 'ended', 100)).some(({ state }) => state === 'filled')
    await until('the first order is filled', filled, 60_000)

    const faults = openLowFaults(simulator)
    const cover = watchCover(system, client)
    const cpuShare = measureCpu()
    await watch(runMs, async () => {
      system.requireAlive()
      await faults.keep()
      await cover.look()
    })
    tell(`${Math.round(100 * cpuShare())} % of the cores were busy`)
    tell([...(await faults.end())].map(([kind, count]) => `${count} ${kind}`).join(', '))
    const { measuredMs, times, seenMs } = cover.figures()
    tell(
      `${times} times without enough stops, for ${measuredMs} real ms at most; seen at the venue: ${seenMs}`,
    )

    await writeTradingState(hub, of, 'halted', 'the test ends')
    let left = ''
    const isQuiet = async () => {
      const [claims, orders] = await Promise.all([readOpenClaims(hub, of), readOrders(hub, of, 'open', 100)])
      left = `${claims.length} claims, ${JSON.stringify(orders.slice(0, 3))}`
      return claims.length === 0 && orders.length === 0
    }
    const quietMs = await until('no order is under way', isQuiet, settledWithinMs, () => left)
    tell(`every order has ended ${quietMs} ms after the halt`)
    let differences: string[] = []
    const agree = async () => {
      system.requireAlive()
      const found = await compareBooks(system, client)
      differences = found ?? ['the ledger moved while it was read']
      return differences.length === 0 ? true : undefined
    }
    await untilFound('the books agree with the venue', agree, settledWithinMs, () =>
      differences.slice(0, 8).join('; '),
    )
    tell(await decisionsOf(system))
    const { orders, trades, algoOrders, positions } = await client.truth()
    const held = positions.filter(({ size }) => size !== '0').length
    tell(
      `${orders.length} orders, ${trades.length} trades, ${algoOrders.length} stops; ${held} positions left`,
    )
    expect(trades.length).to.be.at.least(leastTrades)
    expect(Math.max(measuredMs, seenMs)).to.be.at.most(longestBareMs)
    const { addresses } = await simulator.stats()
    for (const { http429, http418 } of Object.values(addresses))
      expect([http429, http418]).to.deep.equal([0, 0])
  })
})
