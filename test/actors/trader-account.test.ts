import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConditions } from '../../lib/hub/conditions.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { keySettings, of, openTrading } from '../support/account-system.ts'
import type { Child } from '../support/child.ts'
import { venue, withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'

const onPaper = { venue, account: 'paper-main' }
const symbol = 'BTCUSDT'

// Wants to open all the time, under ids that tell what it saw of the account at the venue.
const strategy = `export const strategy = { name: 'eager', intervals: ['1m'], onChange({ ledger, orders, positions, now }, slot) {
  const { symbol } = ledger.symbols[slot]
  if (symbol !== '${symbol}') return
  const seen = positions.venue(symbol).map(({ side, size }) => side + size).join() || 'nothing'
  const signalId = seen + '-' + Math.floor(now() / 1_000)
  void orders.submit({ signalId, class: 'open', symbol, side: 'buy', type: 'limit', price: ledger.bid[slot] * 0.9, notional: 500 })
} }
`

describe('a trader of an account at the venue', function () {
  this.timeout(120_000)
  const folders: string[] = []
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
  const open = withSystems()

  async function beatOf(system: System, child: Child): Promise<Readonly<Record<string, string>>> {
    const actors = await readLivingActors(system.hub.redis, system.hub.keys)
    return actors.find(({ id }) => id.endsWith(`:${child.pid}`))?.fields ?? {}
  }

  const signals = async (system: System) => {
    const orders = await readOrders(system.hub, onPaper, 'open', 1_000)
    return orders.map(({ signalId }) => signalId)
  }

  it('opens nothing before a full snapshot has come, nor while the sources differ on the symbol', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-eager-'))
    folders.push(folder)
    const file = join(folder, 'eager.mjs')
    writeFileSync(file, strategy)
    const system = await open({ symbols: 6 })
    await system.start('ticker')
    const trader = await system.start('trader', { SLUICE_STRATEGY: file, SLUICE_ACCOUNT: of.account })
    const denied = async () => Number((await beatOf(system, trader))['denied']) > 3
    await until('it is denied', denied, 20_000)
    expect(await signals(system)).to.deep.equal([])
    expect((await beatOf(system, trader))['ready']).to.equal('0')

    const client = await openTrading(system)
    await client.market(symbol, 'BUY', '0.01')
    const startedAt = Date.now()
    await system.start('position', keySettings)
    const seen = async (size: string) =>
      (await signals(system)).some((signalId) => signalId.startsWith(`both${size}-`))
    await until('it opens, and sees the position', () => seen('0.01'), 15_000)
    tell(`ready ${Date.now() - startedAt} ms after the account's process was started`)
    expect((await signals(system)).filter((signalId) => signalId.startsWith('nothing'))).to.deep.equal([])
    const ready = async () => (await beatOf(system, trader))['ready'] === '1'
    await until('its beat says so', ready, 3_000)

    // One source goes on telling how it was.
    await system.simulator.faults({ kind: 'freeze', ms: 6_000, path: 'positionRisk' })
    await client.market(symbol, 'BUY', '0.02')
    const differs = async () => (await readConditions(system.hub, of)).has(`difference ${symbol}/both`)
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
    await until('and sees the position', () => seen('0.03'), 10_000)
    // The account at the venue has none of these orders.
    expect((await client.truth()).openOrders).to.deep.equal([])
  })
})
