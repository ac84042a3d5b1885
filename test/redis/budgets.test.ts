import { expect } from 'chai'
import { readBudgets, toBudget } from '../../lib/egress/budgets.ts'
import { withRedis } from '../support/with-redis.ts'

const venue = 'binanceusdm'
const windowMs = 60_000
const window = 1_764_000_000_000

describe("an address's budget", () => {
  const redis = withRedis()

  const state = {
    window: String(window),
    used: '1500',
    booked: '20',
    limit: '2400',
    permitted: '2280',
    windowMs: String(windowMs),
  }
  const usedAt = (now: number) => toBudget('a', window, state, now).usedWeight

  it('holds what was used until its window is over, then what was booked ahead, then nothing', () => {
    expect([window, window + windowMs - 1].map(usedAt)).to.deep.equal([1500, 1500])
    expect([window + windowMs, window + 2 * windowMs - 1].map(usedAt)).to.deep.equal([20, 20])
    expect(usedAt(window + 2 * windowMs)).to.equal(0)
  })

  it('tells for how long the address is closed and by what, and nothing once it is open again', () => {
    const closed = { ...state, closedUntil: String(window + 5_000), closedBy: '429' }
    expect(toBudget('a', window, closed, window + 2_000)).to.include({ cooldownMs: 3_000, closedBy: 429 })
    expect(toBudget('a', window, closed, window + 5_001).cooldownMs).to.equal(0)
  })

  it('leaves unknown what no egress has told', () => {
    const budget = toBudget('a', window, {}, window + 10)
    expect(budget).to.include({
      usedWeight: 0,
      limit: undefined,
      permitted: undefined,
      windowLeftMs: undefined,
    })
  })

  it('is read for every address that a request left by, the last one first', async () => {
    const hub = await redis.hub()
    const now = Date.now()
    await hub.redis.zadd(hub.keys.addresses(venue), now - 9_000, 'old', now, 'new')
    await hub.redis.hset(hub.keys.egress(venue, 'new'), {
      ...state,
      window: now - (now % windowMs),
      probeUntil: now + 5_000,
    })
    const budgets = await readBudgets(hub, venue)
    expect(budgets.map(({ address }) => address)).to.deep.equal(['new', 'old'])
    expect(budgets[0]).to.include({
      usedWeight: 1500,
      limit: 2400,
      permitted: 2280,
      probing: true,
      cooldownMs: 0,
    })
    expect(budgets[1]?.idleMs).to.be.within(9_000, 12_000)
  })
})
