import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { closeAll, openWorker } from '../../lib/hub/queues.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import type { RedisProcess } from '../support/redis-process.ts'
import { tell, until } from '../support/until.ts'

describe('a worker', function () {
  this.timeout(30_000)
  let server: RedisProcess
  before(async () => {
    server = await startRedisProcess()
  })
  after(() => server.stop())

  const hubOf = (): Promise<Hub> =>
    openHub(readConfig({ logLevel: 'error' }, {}).config, server.endpoint, openLog('error', {}), 'test')

  // Whether its connection is about to come back just then is up to chance, so that it is tried more than once.
  for (const which of ['first', 'second', 'third'])
    it(`is closed soon while Redis comes back, for the ${which} time`, async () => {
      const before = await hubOf()
      const worker = openWorker(before, '{closes}', 2, async () => undefined)
      worker.run().catch(() => undefined)
      await worker.waitUntilReady()
      // The worker's connection tries at the same distances as this one.
      let pauseMs = 0
      before.redis.on('reconnecting', (ms: number) => {
        pauseMs = ms
      })
      await server.kill()
      await until('it is tried again ever less often', async () => pauseMs > 500, 10_000)
      await server.restart()
      const after = await hubOf()
      const startedAt = Date.now()
      await closeAll(after, worker)
      const tookMs = Date.now() - startedAt
      tell(`closed in ${tookMs} ms`)
      expect(tookMs).to.be.below(4_000)
      before.close()
      after.close()
    })
})
