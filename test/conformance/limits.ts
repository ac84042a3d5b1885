import { expect } from 'chai'
import type { Conformance } from './conforming-venue.ts'

/** How every request must be counted. */
export function itCountsRequests(of: () => Conformance): void {
  it('sends every request through the gate, once, with an answer', async () => {
    const { market, account, orders, gate, instrument } = of()
    const before = gate.passed.length
    await market.fetchKlines(instrument.symbol, '1m', { limit: 2 })
    await market.fetchTickers()
    await market.fetchMarks()
    await account.fetchBalances()
    await account.fetchPositions()
    await orders.fetchOpenOrders(instrument.symbol)
    const passed = gate.passed.slice(before)
    expect(passed.length).to.be.at.least(6)
    for (const { path, answers } of passed) {
      expect(path).to.be.a('string')
      expect(
        answers.map(({ status }) => status),
        path,
      ).to.deep.equal([200])
    }
  })
}
