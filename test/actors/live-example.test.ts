import { cpus } from 'node:os'
import { expect } from 'chai'
import { writeTradingState } from '../../lib/account/trading-states.ts'
import { readConditions } from '../../lib/hub/conditions.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readOpenClaims } from '../../lib/orders/claims.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { readRecords } from '../../lib/orders/records.ts'
import { barePositions, compareBooks } from '../support/account-books.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import { openLowFaults } from '../support/low-faults.ts'
import { orderSettings, startOrders } from '../support/order-system.ts'
import { findRecorded } from '../support/recording.ts'
import { withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, untilFound, watch } from '../support/until.ts'
import type { AccountClient } from '../simulator/account-client.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
const rate = Number(process.env['HOURS_RATE'] ?? 60)
const minutes = Number(process.env['HOURS_MINUTES'] ?? (soak ? 10 * 60 : 60))
const symbols = 10
const file = 'klines/binance-usdm_1m_2025-05-05_to_05-27_10sym.csv.gz'
// Hours in which the market falls by a twentieth, so that stops are reached.
const startMinute = 11_160
const strategy = { fall: 0.0004, rise: 0.0004, notional: 250, restMs: 60_000 }
// Some 80 candle polls and 3 readings of all marks in a real second: a machine that keeps up.
const share = 0.06
const settings = {
  SLUICE_TICKER_SHARE: '0.2',
  SLUICE_MARK_SHARE: '0.2',
  SLUICE_STRATEGY_OPTIONS: JSON.stringify(strategy),
  // Five real seconds: what is handed over must be able to arrive.
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
// Real ms in which a position must have its stops, whatever fails, and between two looks for those that have not.
const longestBareMs = 3_000
const lookEveryMs = 50

/** How long positions were without stops, real ms: as the risk actor measured it, and by the venue's own ledger. */
interface Cover {
  /** as it was measured */
  longestMs: number
  times: number
  /** positions that are bare at the venue, since when */
  readonly bareSince: Map<string, number>
  longestBareMs: number
}

async function look({ hub }: System, client: AccountClient, cover: Cover): Promise<void> {
  const [actors, truth] = await Promise.all([readLivingActors(hub.redis, hub.keys), client.truth(1)])
  const risk = actors.find(({ kind }) => kind === 'risk')?.fields
  cover.longestMs = Math.max(cover.longestMs, Number(risk?.['longestBareMs'] ?? 0) / rate)
  cover.times = Number(risk?.['bareTimes'] ?? cover.times)
  const bare = new Set(barePositions(truth).map(({ symbol }) => symbol))
  for (const symbol of cover.bareSince.keys()) if (!bare.has(symbol)) cover.bareSince.delete(symbol)
  for (const symbol of bare) {
    const since = cover.bareSince.get(symbol) ?? Date.now()
    cover.bareSince.set(symbol, since)
    cover.longestBareMs = Math.max(cover.longestBareMs, Date.now() - since)
  }
}

function busyTime(): { busy: number; all: number } {
  let [busy, all] = [0, 0]
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle
    all += sum
    busy += sum - times.idle
  }
  return { busy, all }
}

async function decisions({ hub }: System): Promise<string> {
  const counts = new Map<string, number>()
  for await (const records of readRecords(hub, of, 'journal', '0-0'))
    for (const { row } of records) {
      if (row['kind'] !== 'decision') continue
      const { reason = '' } = JSON.parse(String(row['text'])) as { reason?: string }
      const name = `${String(row['what'])} ${reason.replaceAll(/\d[\d.]*/g, '#')}`.trim()
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 15)
    .map(([name, count]) => `${count} ${name}`)
    .join('; ')
}

describe('the example strategy on a live account', function () {
  this.timeout((minutes * 60_000) / rate + 240_000)
  const open = withSystems()

  it(`trades for ${minutes / 60} h while little things fail, and its books agree with the venue's to the last decimal`, async () => {
    const path = findRecorded(file)
    const system = await open({
      symbols,
      rate,
      settings,
      share,
      simulatorFlags: path === undefined ? [] : ['--replay', path, '--start-minute', String(startMinute)],
    })
    const { hub, simulator } = system
    const client = await openTrading(system)
    await Promise.all([
      system.start('ticker'),
      system.start('mark'),
      system.start('position', { ...keySettings, ...trading, SLUICE_ACCOUNT_SHARE: '0.04' }),
    ])
    await system.start('risk', { ...orderSettings, ...trading })
    await startOrders(system, trading)
    await writeTradingState(hub, of, 'active', 'the test begins')
    await hub.redis.set(hub.keys.tradingEpoch(of.venue, of.account), 1)
    await system.start('trader', { ...orderSettings, SLUICE_LIVE: 'true' })
    const filled = async () =>
      (await readOrders(hub, of, 'ended', 100)).some(({ state }) => state === 'filled')
    await until('the first order is filled', filled, 60_000).catch(async (error: Error) => {
      throw new Error(`${error.message}; ${await decisions(system)}`)
    })

    const faults = openLowFaults(simulator)
    const cover: Cover = { longestMs: 0, times: 0, bareSince: new Map(), longestBareMs: 0 }
    let lookedAt = 0
    const before = busyTime()
    const endAt = simulator.now() + minutes * 60_000
    await watch((minutes * 60_000) / rate, async () => {
      system.requireAlive()
      await faults.keep()
      if (Date.now() - lookedAt < lookEveryMs) return
      lookedAt = Date.now()
      await look(system, client, cover)
    })
    expect(simulator.now()).to.be.at.least(endAt - 10_000)
    const hits = await faults.end()
    const { busy, all } = busyTime()
    tell(`CPU ${Math.round((100 * (busy - before.busy)) / (all - before.all))} % of ${cpus().length} cores`)
    tell([...hits].map(([kind, count]) => `${count} ${kind}`).join(', '))
    tell(`${cover.times} times without cover, as measured, ${Math.round(cover.longestMs)} real ms at most`)
    tell(`by the venue's ledger a position had too few stops for ${cover.longestBareMs} real ms at most`)
    tell(await decisions(system))

    await writeTradingState(hub, of, 'halted', 'the test ends')
    const isQuiet = async () =>
      (await readOpenClaims(hub, of)).length === 0 && (await readOrders(hub, of, 'open', 100)).length === 0
    let seen = ''
    const quietMs = await until(
      'no order is under way',
      async () => {
        seen = `${(await readOpenClaims(hub, of)).length} claims, ${JSON.stringify(await readOrders(hub, of, 'open', 3))}`
        return isQuiet()
      },
      40_000,
      () => seen,
    )
    tell(`every order has ended ${quietMs} ms after the halt`)
    let differences: string[] = []
    const agrees = async () => {
      system.requireAlive()
      const found = await compareBooks(system, client)
      if (found === undefined) return undefined
      differences = found
      return differences.length === 0 ? true : undefined
    }
    await untilFound('the books agree with the venue', agrees, 30_000, () =>
      differences.slice(0, 8).join('; '),
    )
    const truth = await client.truth()
    expect(barePositions(truth)).to.deep.equal([])
    const held = truth.positions.filter(({ size }) => size !== '0').length
    tell(
      `${truth.orders.length} orders, ${truth.trades.length} trades, ${truth.algoOrders.length} stops, ${held} positions at the end`,
    )
    const uncovered = [...(await readConditions(hub, of)).keys()].filter((name) =>
      name.startsWith('uncovered'),
    )
    expect(uncovered).to.deep.equal([])
    expect(Math.max(cover.longestMs, cover.longestBareMs)).to.be.at.most(longestBareMs)
    const { addresses } = await simulator.stats()
    for (const { http429, http418 } of Object.values(addresses))
      expect([http429, http418]).to.deep.equal([0, 0])
  })
})
