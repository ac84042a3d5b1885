import { expect } from 'chai'
import fc from 'fast-check'
import { compareOrderVersions, newerOrder } from '../../../lib/model/order-version.ts'
import type { OrderVersion } from '../../../lib/model/order-version.ts'
import { isTerminal } from '../../../lib/model/order.ts'
import type { OrderState } from '../../../lib/model/order.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const states: OrderState[] = ['pending', 'open', 'filled', 'cancelled', 'rejected', 'expired']
const version: fc.Arbitrary<OrderVersion> = fc.record({
  state: fc.constantFrom(...states),
  filled: fc.constantFrom('0', '0.5', '2', '10'),
  time: fc.integer({ min: 0, max: 3 }),
})

describe('the version of an order', () => {
  it('merges to the same whatever the order, the grouping and the repeats of its words', () => {
    fc.assert(
      fc.property(
        fc.array(version, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (words, dice) => {
          const merged = words.reduce(newerOrder)
          const shuffled = [...words, ...words].toSorted(() => ((dice.next().value ?? 0) % 3) - 1)
          expect(shuffled.reduce(newerOrder)).to.deep.equal(merged)
          expect(shuffled.reduceRight((later, word) => newerOrder(word, later))).to.deep.equal(merged)
        },
      ),
      runs,
    )
  })

  it('is never taken back from its end, nor to less filled while it goes on', () => {
    fc.assert(
      fc.property(version, version, (known, told) => {
        const merged = newerOrder(known, told)
        if (isTerminal(known.state)) expect(isTerminal(merged.state)).to.equal(true)
        if (!isTerminal(told.state) && !isTerminal(known.state))
          expect(Number(merged.filled)).to.equal(Math.max(Number(known.filled), Number(told.filled)))
        expect(compareOrderVersions(merged, known)).to.be.at.least(0)
        expect(compareOrderVersions(merged, told)).to.be.at.least(0)
      }),
      runs,
    )
  })

  it('takes a word of the venue before what we noted when we sent it, whatever the clocks say', () => {
    const sent: OrderVersion = { state: 'pending', filled: '0', time: 9 }
    expect(newerOrder(sent, { state: 'open', filled: '0', time: 1 }).state).to.equal('open')
  })

  it('takes the end before more filled, more filled before later, and keeps what is equal', () => {
    const open: OrderVersion = { state: 'open', filled: '5', time: 9 }
    expect(newerOrder(open, { state: 'cancelled', filled: '4', time: 1 }).state).to.equal('cancelled')
    expect(newerOrder(open, { state: 'open', filled: '6', time: 1 }).filled).to.equal('6')
    expect(newerOrder(open, { ...open, time: 10 }).time).to.equal(10)
    expect(newerOrder(open, { ...open })).to.equal(open)
  })
})
