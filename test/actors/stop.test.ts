import { expect } from 'chai'
import { openQueue } from '../../lib/hub/queues.ts'
import { fetchQueue } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import { startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { venue, withSystems } from '../support/system.ts'
import type { System } from '../support/system.ts'
import { requireExact, simulatorTruth } from '../support/truth.ts'
import { tell, until } from '../support/until.ts'

const soak = process.env['SOAK_RUNS'] !== undefined
// Some 2.5 s on a machine with nothing else to do; a stop that hung would be ended after 10 s, with 1.
const longestStopMs = 7_000
const dayMs = 24 * 3600_000

async function requireOrderlyEnd(child: Child): Promise<void> {
  const startedAt = Date.now()
  await child.signal('SIGTERM')
  const tookMs = Date.now() - startedAt
  tell(`${child.what} ended with ${child.exitCode()} after ${tookMs} ms`)
  expect(child.exitCode(), child.what).to.equal(0)
  expect(tookMs, child.what).to.be.at.most(longestStopMs)
}

describe('an actor that is told to stop', () => {
  const open = withSystems()

  /** Jobs are under way, whose answers are slow. */
  async function untilBusy(system: System): Promise<void> {
    const queue = openQueue<FetchJob>(system.hub, fetchQueue(venue))
    await system.simulator.faults({ kind: 'latency', ms: 300, path: '/klines' })
    await until('jobs under way', async () => (await queue.getActiveCount()) >= 4, 10_000)
    await queue.close()
  }

  it(`while Redis ${soak ? 'is gone or ' : ''}answers nothing ends soon and in order, and nothing is lost`, async function () {
    this.timeout(90_000)
    const system = await open({ symbols: 6, history: true })
    const { klines, cursors, tickers, traders } = system
    const absences = [
      ['freeze', 'thaw'],
      ['kill', 'restart'],
    ] as const
    // Of a Redis that is gone everybody hears at once.
    for (const [leave, comeBack] of soak ? absences : absences.slice(0, 1)) {
      // A ticker stops as a trader does.
      await Promise.all([system.start('trader'), ...(soak ? [system.start('ticker')] : [])])
      await untilBusy(system)
      await system.redis[leave]()
      await Promise.all([klines, cursors, tickers, traders].flat().map(requireOrderlyEnd))
      for (const ended of [klines, cursors, tickers, traders]) ended.length = 0
      const since = Date.now()
      await system.redis[comeBack]()
      await system.simulator.faults()
      await Promise.all([system.start('kline'), system.start('symbol-cursor')])
      await system.untilPolled(since, 20_000)
      await requireExact(system, simulatorTruth(system, system.simulator.now() - dayMs))
    }
  })

  it('before it has begun ends too', async function () {
    this.timeout(30_000)
    const redis = await startRedisProcess()
    const { host, port, password } = redis.endpoint
    const environment = { ...process.env, REDIS_URL: `redis://:${password}@${host}:${port}` }
    const trader = startChild('trader', process.execPath, ['actors/trader'], environment)
    try {
      await trader.line(/no symbols are listed yet/)
      await requireOrderlyEnd(trader)
    } finally {
      await trader.signal('SIGKILL')
      await redis.stop()
    }
  })
})
