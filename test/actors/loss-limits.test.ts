import { expect } from 'chai'
import { readIncome } from '../../lib/account/income.ts'
import { readBans } from '../../lib/account/listing-bans.ts'
import { liftBan } from '../../lib/account/loss-bans.ts'
import { readTradingState, writeTradingState } from '../../lib/account/trading-states.ts'
import type { Fill } from '../../lib/model/order.ts'
import { readFlatten } from '../../lib/orders/flatten-requests.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { Child } from '../support/child.ts'
import {
  conditionsOf,
  leftOf,
  openAccount,
  openPositions,
  perpetualsOf,
  richSystem,
  startRisk,
} from '../support/risk-system.ts'
import { withSystem } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, watch } from '../support/until.ts'
import type { AccountClient } from '../simulator/account-client.ts'
import { getJson, postJson } from '../simulator/request.ts'

/** Opens both sides of a symbol, which lose the spread from then on, wherever the price goes. */
async function openLosingPair(client: AccountClient): Promise<void> {
  const symbol = 'BTCUSDT'
  const size = '1'
  const trade = async (side: 'BUY' | 'SELL', positionSide: 'LONG' | 'SHORT') =>
    Number((await client.market(symbol, side, size, { positionSide }))['avgPrice'])
  for (let tries = 0; tries < 20; tries++) {
    const bought = await trade('BUY', 'LONG')
    const sold = await trade('SELL', 'SHORT')
    if (sold < bought) return
    // The price rose in between.
    await trade('SELL', 'LONG')
    await trade('BUY', 'SHORT')
  }
  throw new Error('expected a pair that loses its spread within 20 tries, found none')
}

describe('loss limits', function () {
  this.timeout(120_000)
  const started: Child[] = []
  afterEach(async () => {
    for (const each of started.splice(0)) await each.signal('SIGKILL')
  })

  /** One more actor, for this test. */
  async function start(child: Promise<Child>): Promise<void> {
    started.push(await child)
  }

  async function untilTold(system: System, of: AccountOf, name: string, withinMs: number): Promise<void> {
    let seen = ''
    const isTold = async () => {
      system.requireAlive()
      const names = await conditionsOf(system, of)
      seen = names.join(', ')
      return names.includes(name)
    }
    await until(`${name} is told`, isTold, withinMs, () => seen)
  }

  describe('at the speed of life', () => {
    const running = withSystem({ ...richSystem, symbols: 6 })

    it('ban a symbol for what the income tells, warn near the limit, and forget what a person forgave', async () => {
      const system = running()
      const { of, client, keys, risk } = await openAccount(system, 'income')
      // Fees are 0.05 % each way: 20 USDT and more of one, 17 and more of the other.
      const [one, other] = await perpetualsOf(system, 2)
      if (one === undefined || other === undefined) throw new Error('two symbols are needed')
      for (const [instrument, notional] of [
        [one, 20_000],
        [other, 17_000],
      ] as const) {
        const [held] = await openPositions(system, client, [instrument], notional)
        await client.market(instrument.symbol, 'SELL', held?.size ?? '0')
      }
      await writeTradingState(system.hub, of, 'active', 'test')
      const lost = async (symbol: string) => {
        const { income } = await client.truth()
        return -income.reduce((sum, row) => sum + (row.symbol === symbol ? Number(row.amount) : 0), 0)
      }
      // What the spread costs is the market's affair: the limit is put between the two.
      const losses = [
        { symbol: one.symbol, loss: await lost(one.symbol) },
        { symbol: other.symbol, loss: await lost(other.symbol) },
      ]
      const [first, second] = losses.toSorted((a, b) => b.loss - a.loss)
      if (first === undefined || second === undefined) throw new Error('two losses are needed')
      expect(second.loss).to.be.within(1, first.loss - 0.01)
      const limit = Math.min(second.loss / 0.85, (first.loss + second.loss) / 2)
      const limits = { symbolLoss4h: limit, symbolBanMs: 60_000 }
      await start(startRisk(system, { ...risk, SLUICE_RISK_LIMITS: JSON.stringify(limits) }))
      await start(system.start('position', keys))
      await untilTold(system, of, `ban ${first.symbol}`, 20_000)
      await untilTold(system, of, `loss ${second.symbol}`, 20_000)
      const bans = await readBans(system.hub, of)
      const byLoss = [...bans].filter(([, { by }]) => by === undefined).map(([symbol]) => symbol)
      expect(byLoss).to.deep.equal([first.symbol])
      const ban = bans.get(first.symbol)
      const told = /^lost (\S+) in 4 h, the limit is /.exec(ban?.reason ?? '')?.[1]
      expect(Number(told)).to.be.closeTo(first.loss, 1e-6)
      expect((ban?.until ?? 0) - (ban?.since ?? 0)).to.equal(60_000)
      await liftBan(system.hub, of, first.symbol, system.simulator.now())
      await watch(1_500, async () => {
        expect((await readBans(system.hub, of)).has(first.symbol)).to.equal(false)
      })
    })

    it('ban the account for what fills tell, before any income does', async () => {
      const system = running()
      const { of, risk } = await openAccount(system, 'fills')
      await writeTradingState(system.hub, of, 'active', 'test')
      await start(
        startRisk(system, { ...risk, SLUICE_RISK_LIMITS: '{"accountLoss24h":100,"symbolLoss4h":5000}' }),
      )
      const fill = (id: number, realisedProfit: string): Fill => ({
        id: `slorder-${id}`,
        orderId: 'slorder',
        strategy: 'test',
        symbol: 'BTCUSDT',
        side: 'sell',
        size: '1',
        price: '1000',
        notional: '1000',
        fee: '0.5',
        liquidity: 'taker',
        realisedProfit,
        time: system.simulator.now(),
      })
      const tellFill = (each: Fill) =>
        system.hub.redis.xadd(system.hub.keys.fills(of.venue, of.account), '*', 'fill', JSON.stringify(each))
      await tellFill(fill(1, '-79'))
      await tellFill(fill(1, '-79'))
      await watch(1_500, async () => {
        expect((await readBans(system.hub, of)).size).to.equal(0)
      })
      await tellFill(fill(2, '-10'))
      await untilTold(system, of, 'loss ALL', 20_000)
      await tellFill(fill(3, '-9.5'))
      await untilTold(system, of, 'ban ALL', 20_000)
      expect((await readBans(system.hub, of)).get('ALL')?.reason).to.equal(
        'lost 100 in 24 h, the limit is 100',
      )
    })

    it('ban a symbol for trades of anybody that the stream tells, though nothing reads the income', async () => {
      const system = running()
      const { of, client, risk } = await openAccount(system, 'trades')
      await writeTradingState(system.hub, of, 'active', 'test')
      await start(startRisk(system, { ...risk, SLUICE_RISK_LIMITS: '{"symbolLoss4h":15}' }))
      const isConnected = async () =>
        ((await getJson<{ streams: readonly unknown[] }>(`${system.simulator.url}/_sim/stats`)).streams ?? [])
          .length > 0
      await until('the stream is connected', isConnected, 10_000)
      const [instrument] = await perpetualsOf(system, 1)
      const [held] = await openPositions(system, client, instrument === undefined ? [] : [instrument], 20_000)
      await client.market(instrument?.symbol ?? '', 'SELL', held?.size ?? '0')
      const startedAt = Date.now()
      await untilTold(system, of, `ban ${instrument?.symbol}`, 20_000)
      tell(`told of the ban ${Date.now() - startedAt} ms after the trade`)
      expect(await readIncome(system.hub, of, 0)).to.deep.equal([])
    })

    it('flatten the account for an unrealised loss that two sources tell three times', async () => {
      const system = running()
      const { of, client, keys, risk } = await openAccount(system, 'unrealised', { dualSidePosition: true })
      await writeTradingState(system.hub, of, 'active', 'test')
      await openLosingPair(client)
      await start(system.start('mark'))
      await start(system.start('position', keys))
      await start(
        startRisk(system, { ...risk, SLUICE_RISK_LIMITS: '{"unrealisedLoss":0.01,"symbolLoss4h":5000}' }),
      )
      const isFlat = async () => {
        system.requireAlive()
        return (await readFlatten(system.hub, of))?.ended === 'flat'
      }
      await until('it was flattened', isFlat, 90_000)
      const flatten = await readFlatten(system.hub, of)
      expect(flatten?.request.by).to.equal('rule')
      expect(flatten?.request.reason).to.match(/^all positions would bring -\d/)
      expect(await leftOf(client)).to.deep.equal({ positions: [], orders: 0, stops: 0 })
      expect((await readTradingState(system.hub, of)).state).to.equal('halted')
    })
  })

  describe('twenty times as fast', () => {
    const running = withSystem({ ...richSystem, symbols: 2, rate: 20 })

    it('reduce after a drawdown, which a payment out is none of, and begin anew when a person resumes', async () => {
      const system = running()
      const { of, client, keys, risk } = await openAccount(system, 'drawdown')
      await writeTradingState(system.hub, of, 'active', 'test')
      await start(system.start('mark'))
      await start(system.start('position', keys))
      await start(startRisk(system, { ...risk, SLUICE_RISK_LIMITS: '{"drawdown":40}' }))
      const drawdown = async () => {
        const text = await system.hub.redis.get(system.hub.keys.drawdown(of.venue, of.account))
        return text === null ? undefined : (JSON.parse(text) as { peak?: string; paidIn: string })
      }
      await until('the equity is known', async () => (await drawdown())?.peak === '1000000', 20_000)
      await postJson(`${system.simulator.url}/_sim/transfer`, {
        key: of.account,
        asset: 'USDT',
        amount: '-5000',
      })
      await until('the payment is counted', async () => (await drawdown())?.paidIn === '-5000', 20_000)
      expect((await readTradingState(system.hub, of)).state).to.equal('active')
      const [instrument] = await perpetualsOf(system, 1)
      for (let at = 0; at < 3; at++) {
        const [held] = await openPositions(
          system,
          client,
          instrument === undefined ? [] : [instrument],
          20_000,
        )
        await client.market(instrument?.symbol ?? '', 'SELL', held?.size ?? '0')
      }
      await untilTold(system, of, 'drawdown', 20_000)
      const { state, change } = await readTradingState(system.hub, of)
      expect([state, change?.by]).to.deep.equal(['reducing', 'rule'])
      expect(change?.reason).to.contain('below its highest, the limit is 40')
      // On a machine whose clock is behind.
      const clock = Object.create(system.hub.clock, {
        now: { value: () => system.simulator.now() - 60_000 },
        errorMs: { value: () => 0 },
      }) as Hub['clock']
      await writeTradingState({ ...system.hub, clock }, of, 'active', 'seen')
      const isOver = async () => !(await conditionsOf(system, of)).includes('drawdown')
      await until('it begins anew', isOver, 10_000)
      await watch(2_000, async () => {
        expect((await readTradingState(system.hub, of)).state).to.equal('active')
      })
    })
  })
})
