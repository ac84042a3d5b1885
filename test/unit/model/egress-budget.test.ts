import { expect } from 'chai'
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

  it('lets a reading leave, however small a limit is', () => {
    const limit = { limit: 1, counts: 'requests', scope: 'user' } as const
    expect(allowanceOf('account', { limit, share: 1 }).permitted).to.equal(1)
  })
})
