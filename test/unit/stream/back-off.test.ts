import { expect } from 'chai'
import fc from 'fast-check'
import { createBackOff } from '../../../lib/stream/back-off.ts'

describe('a back-off', () => {
  it('lets the first attempt go at once, then doubles its waits up to the longest, and begins anew after a reset', () => {
    const backOff = createBackOff({ firstMs: 500, mostMs: 8_000 }, () => 1)
    const waits = () => Array.from({ length: 8 }, () => backOff.next())
    const expected = [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]
    expect(waits()).to.deep.equal(expected)
    backOff.reset()
    expect(waits()).to.deep.equal(expected)
  })

  it('spreads every wait over its later half, and never waits longer than the longest', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (chances) => {
        let at = 0
        const backOff = createBackOff({ firstMs: 500, mostMs: 8_000 }, () => chances[at++] ?? 0)
        for (const [index] of chances.entries()) {
          const longest = Math.min(8_000, 500 * 2 ** (index - 1))
          const wait = backOff.next()
          if (index === 0) expect(wait).to.equal(0)
          else expect(wait).to.be.within(longest / 2, longest)
        }
      }),
    )
  })
})
