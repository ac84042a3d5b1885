import { expect } from 'chai'
import { feelPulse } from '../../lib/hub/redis-pulse.ts'
import { connectRedis } from '../../lib/hub/redis.ts'
import { startRedisProcess } from '../support/redis-process.ts'
import { until } from '../support/until.ts'

describe('the pulse of Redis', function () {
  this.timeout(30_000)

  it('is missed within half a second, waits for nothing meanwhile, and comes back', async () => {
    const server = await startRedisProcess()
    const redis = await connectRedis(server.endpoint, 'pulse')
    redis.on('error', () => {})
    const pulse = feelPulse(redis)
    try {
      expect(await pulse.unlessSilent(redis.set('a', '1'))).to.equal('OK')
      expect(await pulse.unlessSilent(Promise.reject(new Error('no')))).to.equal(undefined)
      for (const [silence, wake] of [
        [() => server.freeze(), () => server.thaw()],
        [() => server.kill(), () => server.restart()],
      ] as const) {
        await silence()
        const startedAt = Date.now()
        expect(await pulse.unlessSilent(redis.get('a'))).to.equal(undefined)
        expect(Date.now() - startedAt).to.be.below(1_000)
        await until('it is silent', async () => pulse.isSilent(), 1_000)
        await wake()
        await until('it is back', async () => !pulse.isSilent(), 10_000)
        expect(await pulse.unlessSilent(redis.get('a'))).to.equal('1')
      }
    } finally {
      pulse.stop()
      redis.disconnect()
      await server.stop()
    }
  })
})
