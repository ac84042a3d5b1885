import { expect } from 'chai'
import fc from 'fast-check'
import { untilTurn } from '../../../actors/position/poll-source.ts'

const start = 1_764_000_000_000

describe('the turns of two sources', () => {
  it('end evenly spread, whatever they begin with, and cost at most one wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 5_000 }),
        fc.integer({ min: 0, max: 5_000 }),
        (period, offset) => {
          const left = new Map<'account' | 'risk', number>()
          const planned = new Map<'account' | 'risk', number>([
            ['account', start],
            ['risk', start + (offset % period)],
          ])
          let waited = 0
          for (let turn = 0; turn < 12; turn++) {
            const [source, at] = [...planned].toSorted((a, b) => a[1] - b[1])[0] ?? ['account', start]
            left.set(source, at)
            // The next poll begins as the last request leaves, and the pace lets it leave a period later.
            const wait = untilTurn(left, source, period, at)
            if (wait > period + 1) waited += 1
            planned.set(source, at + Math.max(period, wait))
          }
          const apart = Math.abs((left.get('account') ?? 0) - (left.get('risk') ?? 0))
          const part = (apart % period) / period
          expect(Math.min(part, 1 - part)).to.be.at.least(0.34)
          expect(waited).to.be.at.most(1)
        },
      ),
    )
  })

  it('are at once where the other source is not asked, or was not for long', () => {
    expect(untilTurn(new Map(), 'account', 1_000, start)).to.equal(0)
    expect(untilTurn(new Map([['account', start - 2_001]]), 'risk', 1_000, start)).to.equal(0)
  })
})
