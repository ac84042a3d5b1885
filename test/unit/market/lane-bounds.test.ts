import { expect } from 'chai'
import { toLaneBounds } from '../../../lib/market/lane-bounds.ts'
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
