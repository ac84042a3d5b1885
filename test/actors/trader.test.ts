import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { intervals } from '../../lib/model/timeframe.ts'
import { readOrders } from '../../lib/orders/paper-orders.ts'
import { writeGeneratedMarket } from '../../scripts/bench/generated-market.ts'
import { startChild } from '../support/child.ts'
import { quietSymbol, writeDipRecording } from '../support/dip-recording.ts'
import { withFolder } from '../support/folder.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { venue, withSystems } from '../support/system.ts'
import { beatOf, strategySettings } from '../support/traders.ts'
import { tell, until, watch } from '../support/until.ts'

const of = { venue, account: 'paper' }
// Between the trader's market time and this machine's.
const clockErrorMs = 200
const soak = process.env['SOAK_RUNS'] !== undefined

describe('a trader', function () {
  this.timeout(120_000)
  const folder = withFolder()
  const stops: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })
  // After the hook above, because what follows a system must stop before it.
  const open = withSystems()

  it('lives on while Redis is away, opens nothing, and is complete within 3 s after', async () => {
    const system = await open({ symbols: 3, simulatorFlags: writeDipRecording(folder.path()) })
    const settings = strategySettings(
      folder,
      `{ name: 'eager', intervals: ['1m'], onStart(context) {
        let n = 0
        setInterval(() => void context.orders.submit({ signalId: process.pid + '-' + n++, class: 'open', symbol: '${quietSymbol}',
          side: 'buy', type: 'limit', price: 1, size: 10, postOnly: true }), 50)
      }, onChange() {} }`,
    )
    await system.start('ticker')
    const trader = await system.start('trader', settings)
    // Redis may lose what it was told in its last second.
    const placed = async () =>
      (await readOrders(system.hub, of, 'open', 99)).some(
        ({ submittedAt }) => submittedAt < Date.now() - 2_000,
      )
    await until('orders are placed, and on disk', placed, 20_000)
    await system.redis.kill()
    const awayAt = Date.now()
    await watch(soak ? 10_000 : 3_000, async () => system.requireAlive())
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
    // Nor is what was asked for meanwhile caught up with.
    const submitted = (await readOrders(system.hub, of, 'open', 999)).map(({ submittedAt }) => submittedAt)
    expect(submitted.some((at) => at < awayAt)).to.equal(true)
    expect(submitted.filter((at) => at > awayAt + clockErrorMs && at < backAt - clockErrorMs)).to.deep.equal(
      [],
    )
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
    const settings = strategySettings(
      folder,
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
