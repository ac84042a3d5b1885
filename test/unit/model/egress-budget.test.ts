import { expect } from 'chai'
import fc from 'fast-check'
import { allowanceOf } from '../../../lib/model/egress-budget.ts'
import type { EgressClass } from '../../../lib/model/egress-budget.ts'

const most = (egressClass: EgressClass, scope: 'address' | 'user', share = 1) =>
  allowanceOf(egressClass, { limit: { limit: 100, counts: 'requests', scope }, share })

describe('what a class may use of a limit', () => {
  it("keeps a quarter of a limit of an account's own from orders, and more from readings, market data or not", () => {
    const classes = ['protect', 'orders', 'account'] as const
    expect(classes.map((each) => most(each, 'user').permitted)).to.deep.equal([100, 75, 70])
    expect(classes.map((each) => most(each, 'user').kept)).to.deep.equal([0, 0, 0])
  })

  it("keeps as much of an address's limit while market data and accounts share it", () => {
    const classes = ['protect', 'orders', 'account', 'market'] as const
    expect(classes.map((each) => most(each, 'address').permitted)).to.deep.equal([100, 100, 100, 100])
    expect(classes.map((each) => most(each, 'address').kept)).to.deep.equal([0, 25, 30, 30])
  })

  it('lets one request of any amount leave, however small the share of a limit is, and no more than the share else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<EgressClass>('protect', 'orders', 'account', 'market'),
        fc.constantFrom('address' as const, 'user' as const),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 3_000 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (egressClass, scope, amount, beyond, share) => {
          const limit = { limit: amount + beyond, counts: 'weight', scope } as const
          const { permitted, kept } = allowanceOf(egressClass, { limit, amount, share })
          expect(permitted - kept).to.be.at.least(amount)
          expect(permitted).to.be.at.most(Math.max(amount, limit.limit * share))
        },
      ),
    )
  })
})
