import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import { cursorLease, writeLane, writeLaps } from '../../lib/market/lanes.ts'
import type { Lane, LaneLap } from '../../lib/market/lanes.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const minute: Lane = { venue, interval: '1m', name: 'all' }
const quarter: Lane = { venue, interval: '15m', name: 'all' }
const token = 'the-leader'

const minuteLap: LaneLap = { lane: minute, kind: 'continuous', symbols: 2, lapMs: 5_100, boundMs: 5_000 }
const quarterLap: LaneLap = { lane: quarter, kind: 'long', symbols: 2, lapMs: 16_000, boundMs: 225_000 }

/** Makes both lanes, whose symbols were polled so long ago. */
async function fill(hub: Hub, ageMs: number): Promise<void> {
  await hub.redis.set(cursorLease(hub, venue), token)
  for (const lane of [minute, quarter]) {
    await writeLane(hub, lane, token, ['A', 'B'])
    const polledAt = Date.now() - ageMs
    await hub.redis.hset(hub.keys.polls(venue, lane.interval), { A: polledAt, B: polledAt })
  }
}

describe('the laps of lanes', () => {
  const redis = withRedis({ cluster: true })

  it('tells each lane’s bound beside its lap', async () => {
    const hub = await redis.hub()
    await fill(hub, 1_000)
    await writeLaps(hub, venue, [minuteLap, { ...quarterLap, lapMs: undefined, boundMs: undefined }])
    const [longer, shorter] = await readLaneStatus(hub, venue)
    expect(shorter).to.include({ lane: '1m:all', symbols: 2, lapMs: 5_100, boundMs: 5_000 })
    expect(longer).to.include({ lane: '15m:all', lapMs: undefined, boundMs: undefined })
  })

  it('takes a long lane for fresh between its rounds, however short its last lap was', async () => {
    const hub = await redis.hub()
    await fill(hub, 300_000)
    await writeLaps(hub, venue, [minuteLap, quarterLap])
    const [longer, shorter] = await readLaneStatus(hub, venue)
    expect(longer?.freshness).to.equal('fresh')
    expect(shorter?.freshness).to.equal('stale')
  })

  it('forgets a lane that is handed out no more', async () => {
    const hub = await redis.hub()
    await fill(hub, 0)
    await writeLaps(hub, venue, [minuteLap, quarterLap])
    await writeLaps(hub, venue, [minuteLap])
    expect((await readLaneStatus(hub, venue)).map(({ lane }) => lane)).to.deep.equal(['1m:all'])
  })
})
