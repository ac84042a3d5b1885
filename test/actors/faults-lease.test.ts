import { expect } from 'chai'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { openLog } from '../../lib/hub/log.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { until, watch } from '../support/until.ts'

describe('a lease that is granted late', () => {
  it('makes nobody leader before its own time is renewed', async function () {
    this.timeout(20_000)
    const redis = await startRedisProcess()
    const { config } = readConfig({ logLevel: 'error' }, {})
    const hub = await openHub(config, redis.endpoint, openLog('error', {}), 'test')
    await redis.freeze()
    const led: boolean[] = []
    const leadership = standForLeader(hub, 'the-lease', (leads) => {
      if (leads) led.push(leadership.isLeader())
    })
    try {
      // Longer than a lease lasts, shorter than a command may take.
      await watch(2_500, async () => {
        expect(leadership.isLeader()).to.equal(false)
      })
      await redis.thaw()
      await until('somebody leads', async () => leadership.isLeader(), 10_000)
      expect(led).to.deep.equal([true])
    } finally {
      await leadership.stop()
      hub.close()
      await redis.stop()
    }
  })
})
