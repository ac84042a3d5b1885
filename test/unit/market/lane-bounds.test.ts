import { expect } from 'chai'
import { toLaneBounds } from '../../../lib/market/lane-bounds.ts'
import { longShare } from '../../../lib/market/lane-plan.ts'
import type { PlannedLane } from '../../../lib/market/lane-plan.ts'

const continuous: PlannedLane = { kind: 'continuous', interval: '1m' }
const quarter: PlannedLane = { kind: 'long', interval: '15m' }
const hour: PlannedLane = { kind: 'long', interval: '1h' }
const hot: PlannedLane = { kind: 'hot', interval: '1m' }

describe('toLaneBounds', () => {
  it('is symbols by polls a second for a lane alone', () => {
    expect(toLaneBounds([continuous], { lengths: [200], perSecond: 38, hotShare: 0, rate: 1 })).to.deep.equal(
      [(200 / 38) * 1000],
    )
  })

  it('takes from the shortest interval what the longer ones are worth, less than a tenth for 15m and 1h', () => {
    const [own = 0, quarterMs, hourMs] = toLaneBounds([continuous, quarter, hour], {
      lengths: [200, 200, 200],
      perSecond: 38,
      hotShare: 0,
      rate: 1,
    })
    expect(own).to.be.within((200 / 38) * 1000, (200 / 38) * 1100)
    // A round and three slow laps in each quarter of an hour; a round and four in each hour.
    expect(quarterMs).to.be.closeTo(225_000, 1)
    expect(hourMs).to.be.closeTo(720_000, 1)
  })

  it("gives slow laps what rounds leave of the long lanes' share, and the shortest interval all the rest", () => {
    const lanes = [continuous, { kind: 'long', interval: '5m' } as const, quarter, hour]
    const lengths = [200, 200, 200, 200]
    const bounds = toLaneBounds(lanes, { lengths, perSecond: 30.4, hotShare: 0, rate: 1 })
    const [own = 0, ...longer] = bounds.map((boundMs = NaN) => (200 * 1000) / boundMs)
    expect(own).to.be.closeTo(30.4 * (1 - longShare), 0.001)
    expect(longer.reduce((sum, each) => sum + each, 0)).to.be.closeTo(30.4 * longShare, 0.001)
    // A round in each five minutes, and in the rest of the turns half a slow lap for each that is wanted.
    expect(longer[0]).to.be.within(200 / 300 + 0.4, 200 / 300 + 1.2)
  })

  it('gives the hot lane its share, in what leaves at the rate that everything runs', () => {
    const of = { lengths: [200, 30], perSecond: 38, hotShare: 0.3, rate: 1 }
    const [own, hotMs] = toLaneBounds([continuous, hot], of)
    expect(hotMs).to.be.closeTo((30 / (38 * 0.3)) * 1000, 0.001)
    expect(own).to.be.closeTo((200 / (38 * 0.7)) * 1000, 0.001)
    const faster = toLaneBounds([continuous, hot], { ...of, perSecond: 380, rate: 10 })
    expect(faster[1]).to.be.closeTo((hotMs ?? 0) / 10, 0.001)
  })

  it('is not known while nothing leaves, or for a lane without symbols', () => {
    expect(toLaneBounds([continuous], { lengths: [200], perSecond: 0, hotShare: 0, rate: 1 })).to.deep.equal([
      undefined,
    ])
    expect(
      toLaneBounds([continuous, hot], { lengths: [200, 0], perSecond: 38, hotShare: 0.3, rate: 1 })[1],
    ).to.equal(undefined)
  })
})
