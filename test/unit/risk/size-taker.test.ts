import { expect } from 'chai'
import fc from 'fast-check'
import { compareDecimals, floorTo, mul, needDecimal, sub } from '../../../lib/model/decimal.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'
import { sizeTaker } from '../../../lib/risk/size-taker.ts'
import type { EndedOrder } from '../../../lib/risk/size-taker.ts'
import { amount, anyInstrument } from '../../support/arbitrary-instrument.ts'
import { toPerpetual } from '../../support/instrument.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const limits = limitsOf({ openTakerShare: 0.5, reduceTakerShare: 1 })
const terms = { instrument: toPerpetual('AUSDT'), reference: '100' }
const ended: EndedOrder = {
  class: 'open',
  side: 'buy',
  state: 'cancelled',
  size: '1',
  filled: '0.3',
  reduceOnly: false,
}

describe('the taker of an order that rested too long', () => {
  it('is the configured part of what the final state left, in lots', () => {
    expect(sizeTaker(ended, limits, terms)).to.deep.equal({ size: '0.35' })
    expect(sizeTaker({ ...ended, filled: '0.301' }, limits, terms)).to.deep.equal({ size: '0.349' })
    expect(sizeTaker({ ...ended, class: 'reduce' }, limits, terms)).to.deep.equal({ size: '0.7' })
  })

  it('is none where none is configured, nothing is left, or the order ended otherwise', () => {
    const why = (order: Partial<EndedOrder>, by = limits) => {
      const answer = sizeTaker({ ...ended, ...order }, by, terms)
      return 'none' in answer ? answer.none : answer.size
    }
    expect(why({}, limitsOf({}))).to.equal('no part of it is to be taken')
    expect(why({ class: 'protect' })).to.equal('no part of it is to be taken')
    expect(why({ filled: '1' })).to.equal('nothing of it is left')
    for (const state of ['pending', 'open', 'filled', 'expired', 'rejected'] as const)
      expect(why({ state })).to.equal(`it is ${state}`)
  })

  it('is none below the least notional, unless it reduces', () => {
    const small = { ...ended, size: '0.08', filled: '0' }
    expect(sizeTaker(small, limits, terms)).to.deep.equal({ none: 'the notional 4 is below the least, 5' })
    const reduces = { ...small, class: 'reduce' as const, reduceOnly: true, size: '0.04' }
    expect(sizeTaker(reduces, limits, terms)).to.deep.equal({ size: '0.04' })
  })

  it('is never above what is left, nor above its part, and in lots, of whatever instrument', () => {
    const anyCase = fc.record({
      instrument: anyInstrument,
      size: amount(1_000_000),
      filledOf: fc.integer({ min: 0, max: 1_000 }),
      share: fc.integer({ min: 1, max: 1_000 }),
      reference: amount(1_000_000),
    })
    fc.assert(
      fc.property(anyCase, ({ instrument, size, filledOf, share, reference }) => {
        const filled = mul(size, needDecimal(filledOf / 1_000, 'a part'))
        const taker = sizeTaker({ ...ended, size, filled }, limitsOf({ openTakerShare: share / 1_000 }), {
          instrument,
          reference,
        })
        if ('none' in taker) return
        const left = sub(size, filled)
        expect(compareDecimals(taker.size, mul(left, needDecimal(share / 1_000, 'a part')))).to.be.at.most(0)
        expect(compareDecimals(taker.size, left)).to.be.at.most(0)
        expect(compareDecimals(floorTo(taker.size, instrument.lotSize ?? '1'), taker.size)).to.equal(0)
        expect(compareDecimals(taker.size, '0')).to.be.greaterThan(0)
      }),
      runs,
    )
  })
})
