import { expect } from 'chai'
import type { Hub } from '../../lib/hub/hub.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'

/** Writes a lane whose symbols were polled so many ms ago, undefined never, and reads its status. */
async function statusOf(
  hub: Hub,
  agesMs: readonly (number | undefined)[],
  lapMs: number | undefined,
): Promise<LaneStatus | undefined> {
  const { redis, keys } = hub
  const now = Date.now()
  const symbols = agesMs.map((_, i) => `S${i}USDT`)
  if (symbols.length > 0) await redis.rpush(keys.lane(venue, '1m', 'all'), ...symbols)
  const polls = agesMs.flatMap((ageMs, i) => (ageMs === undefined ? [] : [`S${i}USDT`, now - ageMs]))
  if (polls.length > 0) await redis.hset(keys.polls(venue, '1m'), ...polls)
  const lap = { interval: '1m', lane: 'all', symbols: symbols.length, lapMs, at: now }
  await redis.hset(keys.laps(venue), '1m:all', JSON.stringify(lap))
  const [lane] = await readLaneStatus(hub, venue)
  return lane
}

describe("a lane's status", () => {
  const redis = withRedis()

  it('is that of no lane before the symbol-cursor has told of one', async () => {
    expect(await readLaneStatus(await redis.hub(), venue)).to.deep.equal([])
  })

  it('tells the median, the 99th percentile and the largest age of its symbols, and its lap', async () => {
    const agesMs = Array.from({ length: 200 }, (_, i) => (i + 1) * 25)
    const lane = await statusOf(await redis.hub(), agesMs, 5_263)
    expect(lane).to.include({
      venue,
      lane: '1m:all',
      symbols: 200,
      lapMs: 5_263,
      missing: 0,
      freshness: 'fresh',
    })
    expect(lane?.ageMs?.p50).to.be.within(2_500, 3_000)
    expect(lane?.ageMs?.p99).to.be.within(4_950, 5_450)
    expect(lane?.ageMs?.max).to.be.within(5_000, 5_500)
  })

  it('counts symbols that were never polled apart from the ages', async () => {
    const lane = await statusOf(await redis.hub(), [100, undefined, undefined], undefined)
    expect(lane).to.include({ symbols: 3, missing: 2, lapMs: undefined, freshness: 'starting' })
    expect(lane?.ageMs?.max).to.be.lessThan(1_000)
  })

  it('has no ages while nothing was polled', async () => {
    const lane = await statusOf(await redis.hub(), [undefined], undefined)
    expect(lane).to.include({ ageMs: undefined, missing: 1, freshness: 'starting' })
  })

  it('is late when a symbol is older than a lap and 5 s, and stale at three times that', async () => {
    const [late, stale, gone] = [
      await statusOf(await redis.hub(), [100, 12_000], 5_000),
      await statusOf(await redis.hub(), [100, 40_000], 5_000),
      await statusOf(await redis.hub(), [40_000, undefined], 5_000),
    ]
    expect([late?.freshness, stale?.freshness, gone?.freshness]).to.deep.equal(['late', 'stale', 'stale'])
  })

  it("measures ages on the venue's clock, and judges them by real time", async () => {
    const hub = await redis.hub()
    const rate = 10
    const offsetMs = 1_000 - Date.now() * rate
    await hub.redis.hset(hub.keys.clock(venue), { offsetMs, rate, errorMs: 1, measuredAt: Date.now() })
    const lane = await statusOf(hub, [0], 5_000)
    // The poll is stamped with this host's time, which lies far ahead of the venue's.
    expect(lane?.ageMs?.max).to.equal(0)
    await hub.redis.hset(hub.keys.polls(venue, '1m'), 'S0USDT', 1_000 - 50_000)
    const [later] = await readLaneStatus(hub, venue)
    expect(later?.ageMs?.max).to.be.within(50_000, 70_000)
    expect(later?.freshness).to.equal('fresh')
  })
})
