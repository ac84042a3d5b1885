import { expect } from 'chai'
import fc from 'fast-check'
import { judgeStale } from '../../../lib/risk/judge-stale.ts'
import type { RestingOrder } from '../../../lib/risk/judge-stale.ts'
import { limitsOf } from '../../../lib/risk/limits.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const now = 1_790_000_000_000
const limits = limitsOf({ openRestMs: 60_000, reduceRestMs: 600_000 })

const anyOrder: fc.Arbitrary<RestingOrder> = fc.record({
  class: fc.constantFrom('open', 'reduce', 'protect'),
  type: fc.constantFrom('limit', 'market'),
  timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK'),
  state: fc.constantFrom('pending', 'open', 'filled', 'cancelled', 'rejected', 'expired'),
  submittedAt: fc.integer({ min: now - 1_200_000, max: now }),
})

describe('an order that rests', () => {
  const resting: RestingOrder = {
    class: 'open',
    type: 'limit',
    timeInForce: 'GTC',
    state: 'open',
    submittedAt: now - 60_000,
  }

  it('is cancelled once it is older than its class allows', () => {
    expect(judgeStale(resting, now, limits)).to.equal('keep')
    expect(judgeStale(resting, now + 1, limits)).to.equal('cancel')
    expect(judgeStale({ ...resting, class: 'reduce' }, now + 1, limits)).to.equal('keep')
    expect(judgeStale({ ...resting, class: 'reduce' }, now + 540_001, limits)).to.equal('cancel')
  })

  it('stays for ever where its class has no such age, and when it protects', () => {
    expect(judgeStale(resting, now * 2, limitsOf({}))).to.equal('keep')
    expect(judgeStale({ ...resting, class: 'protect' }, now * 2, limits)).to.equal('keep')
  })

  it('is left alone unless it is in the book, whatever its age; and once stale it stays so', () => {
    fc.assert(
      fc.property(anyOrder, fc.nat(1_000_000), (order, laterMs) => {
        const verdict = judgeStale(order, now, limits)
        const rests = order.state === 'open' && order.type === 'limit' && order.timeInForce === 'GTC'
        if (!rests) expect(verdict).to.equal('keep')
        if (verdict === 'cancel') expect(judgeStale(order, now + laterMs, limits)).to.equal('cancel')
      }),
      runs,
    )
  })
})
