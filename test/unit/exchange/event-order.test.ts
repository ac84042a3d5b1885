import { expect } from 'chai'
import fc from 'fast-check'
import { openEventOrder } from '../../../lib/exchange/event-order.ts'

describe('the order of events', () => {
  it('counts those of one time, though others come between, and tells those that came already', () => {
    const order = openEventOrder()
    const placed = (
      [
        [5, 'a'],
        [5, 'b'],
        [6, 'c'],
        [5, 'a'],
        [5, 'd'],
        [4, 'e'],
        [6, 'c'],
      ] as const
    ).map(([time, text]) => order.place(time, text))
    expect(placed).to.deep.equal([0, 1, 0, undefined, 2, 0, undefined])
  })

  it('gives the events of a time rising places, none of them twice, whatever comes between', () => {
    const events = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.string({ maxLength: 2 })))
    fc.assert(
      fc.property(events, (told) => {
        const order = openEventOrder()
        const seen = new Map<number, string[]>()
        for (const [time, text] of told) {
          const before = seen.get(time) ?? []
          seen.set(time, before)
          const place = order.place(time, text)
          expect(place).to.equal(before.includes(text) ? undefined : before.length)
          if (place !== undefined) before.push(text)
        }
      }),
    )
  })

  it('goes on counting at a time with more events than it remembers', () => {
    const order = openEventOrder()
    for (let at = 0; at < 1_000; at++) expect(order.place(7, String(at))).to.equal(at)
  })
})
