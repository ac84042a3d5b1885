import { expect } from 'chai'
import fc from 'fast-check'
import { ConfigError } from '../../../lib/model/errors.ts'
import { closeTimeOf, intervals, intervalsMs, openTimeAt, toInterval } from '../../../lib/model/timeframe.ts'

describe('an interval', () => {
  it('has one candle at every time, the one that has opened and not closed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(...intervals), (time, interval) => {
        const openTime = openTimeAt(time, interval)
        expect(openTime % intervalsMs[interval]).to.equal(0)
        expect(openTime).to.be.at.most(time)
        expect(closeTimeOf(openTime, interval)).to.be.greaterThan(time)
      }),
    )
  })

  it('opens the next candle at the close of the one before', () => {
    const openTime = Date.UTC(2025, 5, 1, 12, 34)
    expect(openTimeAt(openTime, '1m')).to.equal(openTime)
    expect(openTimeAt(openTime + 59_999, '1m')).to.equal(openTime)
    expect(openTimeAt(openTime + 60_000, '1m')).to.equal(closeTimeOf(openTime, '1m'))
    expect(openTimeAt(openTime, '1d')).to.equal(Date.UTC(2025, 5, 1))
  })

  it('is listed shortest first', () => {
    expect(intervals.toSorted((a, b) => intervalsMs[a] - intervalsMs[b])).to.deep.equal(intervals)
  })

  it('is refused, with those there are, when it is another', () => {
    expect(toInterval('15m')).to.equal('15m')
    for (const text of ['', '1M', '7m', 'toString']) {
      expect(() => toInterval(text))
        .to.throw(ConfigError, `an interval must be one of 1m, 3m,`)
        .with.property('message')
        .that.contains(`was "${text}"`)
    }
  })
})
