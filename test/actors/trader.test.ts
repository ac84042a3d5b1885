import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { add, mul } from '../../lib/model/decimal.ts'
import { intervals } from '../../lib/model/timeframe.ts'
import { readFills, readOrders, readPositions } from '../../lib/orders/paper-orders.ts'
import { writeGeneratedMarket } from '../../scripts/bench/generated-market.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { quietSymbol, writeDipRecording } from '../support/dip-recording.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { venue, withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { tell, until, untilFound } from '../support/until.ts'

const of = { venue, account: 'paper' }
const rate = 20
const soak = process.env['SOAK_RUNS'] !== undefined

/** What the living trader says of itself. */
async function beatOf(hub: Hub, child: Child): Promise<Readonly<Record<string, string>> | undefined> {
  const actors = await readLivingActors(hub.redis, hub.keys)
  return actors.find(({ id }) => id.endsWith(`:${child.pid}`))?.fields
}

describe('a trader', function () {
  this.timeout(120_000)
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })
  // After the hook above, because what follows a system must stop before it.
  const open = withSystems()

  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'sluice-trader-'))
    stops.push(() => rmSync(path, { recursive: true, force: true }))
    return path
  }

  /** The settings of a trader that runs this strategy, a JavaScript expression. */
  function strategyFile(text: string): Record<string, string> {
    const file = join(folder(), 'strategy.mjs')
    writeFileSync(file, `export const strategy = ${text}\n`)
    return { SLUICE_STRATEGY: file }
  }

  async function openDips(): Promise<System> {
    const system = await open({ symbols: 3, rate, simulatorFlags: writeDipRecording(folder()) })
    await system.start('ticker')
    return system
  }

  async function requireConsistent({ hub }: System): Promise<void> {
    const fills = await readFills(hub, of, 1_000)
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

  it('buys the fall and sells the rise with the bundled example, and nothing of what stays quiet', async () => {
    const system = await openDips()
    const trader = await system.start('trader', { SLUICE_STRATEGY_OPTIONS: '{"tries": 50}' })
    const sold = async () => {
      system.requireAlive()
      const { positions } = await readPositions(system.hub, of)
      return [...positions.values()].some(
        ({ position }) => position.size === '0' && Number(position.realisedProfit) > 0,
      )
    }
    await until('something is bought and sold with a profit', sold, 100_000)
    await requireConsistent(system)
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
    // Trades all the time, to either side, as maker and as taker.
    const settings =
      strategyFile(`{ name: 'busy', intervals: ['1m'], onChange({ ledger, orders, now }, slot) {
      const { symbol } = ledger.symbols[slot]
      const turn = Math.floor(now() / 4_000)
      const side = turn % 2 === 0 ? 'buy' : 'sell'
      const at = turn % 4 < 2 ? { type: 'market' } : { type: 'limit', price: (side === 'buy' ? ledger.ask : ledger.bid)[slot] }
      void orders.submit({ signalId: symbol + turn, class: 'open', symbol, side, notional: 500 + turn % 7, ...at })
      for (const order of orders.open(symbol)) if (now() - order.submittedAt > 20_000) void orders.cancel(order.id)
    } }`)
    const system = await openDips()
    const fills = async () => (await readFills(system.hub, of, 10_000)).length
    let kills = 0
    const stopAt = Date.now() + (soak ? 600_000 : 25_000)
    while (Date.now() < stopAt) {
      const child = await system.start('trader', settings)
      const before = await fills()
      await until('it trades', async () => (await fills()) > before + 3, 15_000)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50))
      await child.signal('SIGKILL')
      kills += 1
    }
    await requireConsistent(system)
    const ended = await readOrders(system.hub, of, 'ended', 1_000)
    const orders = [...(await readOrders(system.hub, of, 'open', 1_000)), ...ended]
    expect(new Set(orders.map(({ signalId }) => signalId)).size).to.equal(orders.length)
    tell(`${kills} kills, ${orders.length} orders, ${await fills()} fills`)
  })

  it('calls a strategy on for other symbols when it throws for one, and benches it there', async () => {
    const settings = strategyFile(
      `{ name: 'throwing', intervals: ['1m'], onChange({ ledger, orders }, slot) {
        const { symbol } = ledger.symbols[slot]
        if (symbol === '${quietSymbol}') throw new Error('no luck with ' + symbol)
        void orders.submit({ signalId: symbol, class: 'open', symbol, side: 'buy', type: 'market', notional: 50 })
      } }`,
    )
    const system = await openDips()
    const trader = await system.start('trader', settings)
    const bought = async () => (await readFills(system.hub, of, 9)).length >= 2
    await until('the others are bought', bought, 20_000)
    const beat = await untilFound(
      'it is benched',
      async () => {
        const fields = await beatOf(system.hub, trader)
        return fields?.['benched'] === '1' ? fields : undefined
      },
      20_000,
    )
    expect(beat['errors']).to.equal('5')
    expect((await readFills(system.hub, of, 9)).map(({ liquidity }) => liquidity)).to.deep.equal([
      'taker',
      'taker',
    ])
    system.requireAlive()
  })

  it('lives on while Redis is away, opens nothing, and is complete within 3 s after', async () => {
    const settings = strategyFile(
      `{ name: 'eager', intervals: ['1m'], onStart(context) {
        let n = 0
        setInterval(() => void context.orders.submit({ signalId: process.pid + '-' + n++, class: 'open', symbol: '${quietSymbol}',
          side: 'buy', type: 'limit', price: 1, size: 10, postOnly: true }), 50)
      }, onChange() {} }`,
    )
    const system = await openDips()
    const trader = await system.start('trader', settings)
    await until(
      'orders are placed',
      async () => (await readOrders(system.hub, of, 'open', 99)).length > 3,
      10_000,
    )
    await system.redis.kill()
    await new Promise((resolve) => setTimeout(resolve, soak ? 10_000 : 3_000))
    const backAt = Date.now()
    await system.redis.restart()
    const complete = async () => {
      const beat = await beatOf(system.hub, trader)
      return (
        Number(beat?.['beatAt'] ?? 0) > backAt && beat?.['complete'] === '1' && beat['accountKnown'] === '1'
      )
    }
    await until('the trader is complete again', complete, 10_000)
    tell(`complete again ${Date.now() - backAt} ms after Redis was started again, seen by its heartbeat`)
    expect(Date.now() - backAt).to.be.at.most(3_000 + 700)
    system.requireAlive()
  })

  it('has the whole ledger again soon after a kill, in little memory', async () => {
    const size = soak
      ? { symbols: 500, intervals: intervals.slice(0, 4), candles: 500 }
      : { symbols: 200, intervals: ['1m' as const], candles: 500 }
    const redis = await startRedisProcess()
    stops.push(() => redis.stop())
    const { config } = readConfig({ logLevel: 'error' }, {})
    const hub = await openHub(config, redis.endpoint, openLog('error', { test: 1 }), 'test')
    stops.push(() => hub.close())
    await writeGeneratedMarket(hub, venue, size)
    const settings = strategyFile(
      `{ name: 'reading', intervals: ${JSON.stringify(size.intervals)}, onChange() {} }`,
    )
    const { host, port, password } = redis.endpoint
    const environment = {
      ...process.env,
      REDIS_URL: `redis://:${password}@${host}:${port}`,
      ...settings,
    }
    for (const kill of [true, false]) {
      const startedAt = Date.now()
      const trader = startChild('trader', process.execPath, ['actors/trader'], environment)
      stops.push(() => trader.signal('SIGKILL'))
      let peakMb = 0
      const sample = setInterval(() => (peakMb = Math.max(peakMb, trader.rssMb())), 100)
      await trader.line(/"the market is complete"/)
      const tookMs = Date.now() - startedAt
      clearInterval(sample)
      tell(
        `${size.symbols} x ${size.intervals.length} x ${size.candles}: complete in ${tookMs} ms, ${Math.round(peakMb)} MB at most, ${Math.round(trader.rssMb())} MB then`,
      )
      // 2 s, and 5 s for the largest, on a machine with nothing else to do; the suite may have to share one.
      expect(tookMs).to.be.at.most(soak ? 15_000 : 6_000)
      expect(peakMb).to.be.at.most(400)
      if (kill) await trader.signal('SIGKILL')
    }
  })
})
