import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { clientOrderIdOf } from '../../lib/model/client-order-id.ts'
import { readLiveOrder } from '../../lib/orders/live-orders.ts'
import { settleClaims } from '../../lib/orders/settle-claims.ts'
import type { SettleParts } from '../../lib/orders/settle-claims.ts'
import { account, knownClock, openOrderPath } from '../support/order-path.ts'
import { openTestAccount } from '../support/account.ts'
import { startSimulator } from '../support/simulator.ts'
import type { Simulator } from '../support/simulator.ts'
import { tell, until } from '../support/until.ts'
import { withRedis } from '../support/with-redis.ts'
import type { CrashOrder } from './crash-worker.ts'

const rate = 10
const signals = Array.from(
  { length: process.env['SOAK_RUNS'] === undefined ? 30 : 2_000 },
  (_, at) => `signal-${at}`,
)
const killChance = 0.12

interface TrueOrder {
  readonly clientOrderId: string
  readonly executedQty: string
}

describe('orders of processes that are killed again and again', function () {
  this.timeout(90_000)
  const redis = withRedis()
  let simulator: Simulator

  before(async () => {
    const options = ['--symbols', '2', '--rate', `${rate}`, '--weight-limit', '10000000', '--seed', '11']
    simulator = await startSimulator(...options, '--account', 'one:first:USDT=1000000000')
    await simulator.faults(
      { kind: 'unknown', path: 'POST /fapi/v1/order', taken: true, probability: 0.1 },
      { kind: 'unknown', path: 'POST /fapi/v1/order', taken: false, probability: 0.1 },
      { kind: 'status', status: 503, path: 'POST /fapi/v1/order', probability: 0.05 },
      { kind: 'cut', path: 'POST /fapi/v1/order', probability: 0.05 },
      { kind: 'reject', code: -2010, path: 'POST /fapi/v1/order', probability: 0.05 },
      { kind: 'notFoundFor', path: 'GET /fapi/v1/order', ms: 4_000, probability: 0.5 },
    )
  })
  after(() => simulator.child.signal('SIGKILL'))

  async function truth(): Promise<{ orders: TrueOrder[]; trades: unknown[] }> {
    const answer = await fetch(`${simulator.url}/_sim/account?key=one`)
    return (await answer.json()) as { orders: TrueOrder[]; trades: unknown[] }
  }

  /** Runs one trader through all signals, killed at points of chance and started again. */
  async function trade(order: Omit<CrashOrder, 'signals' | 'venueNow'>): Promise<number> {
    let kills = 0
    let left = signals
    while (left.length > 0) {
      let passed = 0
      const child = fork(fileURLToPath(new URL('crash-worker.js', import.meta.url)), [
        JSON.stringify({ ...order, signals: left, venueNow: simulator.now() } satisfies CrashOrder),
      ])
      await new Promise<void>((resolve) => {
        child.on('message', (point) => {
          if (point === 'before claim') passed += 1
          if (point === 'done') passed += 1
          else if (Math.random() < killChance) {
            kills += 1
            child.kill('SIGKILL')
          } else child.send('go')
        })
        child.once('exit', () => resolve())
        ended(child)
      })
      // The signal at which it died is handed in again, and those that it had not come to.
      left = left.slice(Math.max(0, passed - 1))
    }
    return kills
  }

  function ended(child: ChildProcess): void {
    child.on('error', () => child.kill('SIGKILL'))
  }

  it('are at the venue once or not at all, and every outcome is known in the end', async () => {
    const hub = await redis.hub()
    const { keys } = hub
    await hub.redis.set(keys.tradingState(account.venue, account.account), 'active')
    const { endpoint } = redis.server()
    const order = { endpoint, namespace: hub.config.namespace, url: simulator.url, rate }
    const clock = knownClock(rate, simulator.now())
    const path = await openOrderPath(hub, simulator.url, clock)
    const reader = await openTestAccount(simulator.url, { key: 'one', secret: 'first', rate })
    const fetchPosition = async (symbol: string) => {
      const { positions } = await reader.exchange.fetchPosition(symbol)
      return { size: positions[0]?.size ?? '0', time: positions[0]?.time ?? 0 }
    }
    const parts: SettleParts = {
      ...path,
      fetchPosition,
      positionTime: async (symbol) => (await fetchPosition(symbol)).time,
      isSending: () => false,
      mustAsk: () => true,
    }
    // Everybody begins with nothing held, which is what claims say of the position before.
    let settling = true
    const settled = (async () => {
      while (settling) await settleClaims(parts).catch(() => {})
    })()
    const kills = await Promise.all([trade(order), trade(order), trade(order)])
    settling = false
    await settled
    const tookMs = await until(
      'every outcome is known',
      async () => (await settleClaims(parts)) === 0,
      30_000,
    )
    tell(`${kills.reduce((sum, each) => sum + each, 0)} kills, all known after ${tookMs} ms`)

    const byId = new Map<string, TrueOrder[]>()
    const { orders, trades } = await truth()
    for (const each of orders) byId.set(each.clientOrderId, [...(byId.get(each.clientOrderId) ?? []), each])
    let filled = 0
    for (const signal of signals) {
      const id = clientOrderIdOf(account.account, 'test', signal)
      const there = byId.get(id) ?? []
      expect(there.length, `${signal} at the venue`).to.be.at.most(1)
      const known = await readLiveOrder(hub, account, id)
      expect(known?.state, signal).to.equal(there.length === 1 ? 'filled' : 'rejected')
      if (there.length === 1) filled += 1
      byId.delete(id)
    }
    expect(byId.size).to.equal(0)
    expect(filled).to.be.within(signals.length / 3, signals.length - 1)
    const fills = await hub.redis.xlen(keys.fills(account.venue, account.account))
    expect(fills).to.equal(trades.length)
    expect(await hub.redis.hget(keys.reserved(account.venue, account.account), 'orders')).to.equal(null)
    await Promise.all([path.exchange.close(), reader.exchange.close()])
  })
})
