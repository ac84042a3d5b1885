import { expect } from 'chai'
import fc from 'fast-check'
import { createPace } from '../../../lib/alert/pace.ts'

describe('the pace of a channel', () => {
  const limits = fc.record({
    everyMs: fc.integer({ min: 0, max: 5_000 }),
    perMinute: fc.integer({ min: 1, max: 50 }),
  })
  const lateness = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 120 })

  it('keeps the distance and the number in any minute, however late each message leaves', () => {
    fc.assert(
      fc.property(limits, lateness, ({ everyMs, perMinute }, late) => {
        const pace = createPace({ everyMs, perMinute })
        const times: number[] = []
        let now = 1_000
        for (const lateMs of late) {
          now += pace.waitMs(now) + lateMs
          pace.left(now)
          times.push(now)
        }
        times.slice(1).forEach((time, i) => expect(time - (times[i] ?? 0)).to.be.at.least(everyMs))
        for (const time of times)
          expect(times.filter((each) => each > time - 60_000 && each <= time).length).to.be.at.most(perMinute)
      }),
    )
  })

  it('tells how long a number of messages takes', () => {
    const pace = createPace({ everyMs: 250, perMinute: 4 })
    expect([0, 1, 2, 4, 5].map((messages) => pace.spanMs(messages, 1_000))).to.deep.equal([
      0, 0, 250, 750, 60_000,
    ])
    pace.left(1_000)
    expect(pace.spanMs(1, 1_100)).to.equal(150)
  })
})
