import { expect } from 'chai'
import { countHandouts, noteHandouts, noteLeft } from '../../lib/market/kline-jobs.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const now = 1_764_000_000_000

describe('jobs that were handed out', () => {
  const redis = withRedis()

  it('count until their requests leave, or for 2 s when they were lost, and are dropped as others are noted', async () => {
    const hub = await redis.hub()
    await noteHandouts(hub, venue, ['lost', 'left'], now)
    await noteLeft(hub, venue, 'left')
    expect(await countHandouts(hub, venue, now + 2_000)).to.equal(1)
    expect(await countHandouts(hub, venue, now + 2_001)).to.equal(0)
    await noteHandouts(hub, venue, ['next'], now + 2_001)
    expect(await hub.redis.zrange(hub.keys.handouts(venue), '0', '-1')).to.deep.equal(['next'])
  })
})
