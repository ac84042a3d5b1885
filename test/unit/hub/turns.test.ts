import { expect } from 'chai'
import fc from 'fast-check'
import { nextTurn } from '../../../lib/hub/turns.ts'

describe('turns', () => {
  it('are evenly spread over the members, and give each address its rate', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0.2, max: 20, noNaN: true }),
        (perAddress, perSecond) => {
          const members = perAddress
            .flatMap((count, address) => Array.from({ length: count }, (_, i) => `a${address}/m${i}`))
            .toSorted()
          const from = 1_764_000_000_000
          const spanMs = (1000 / perSecond) * 60
          const turns = members
            .flatMap((member) => {
              const own: { at: number; member: string }[] = []
              for (
                let at = nextTurn(members, member, perSecond, from);
                at < from + spanMs;
                at = nextTurn(members, member, perSecond, at + 0.5)
              ) {
                own.push({ at, member })
              }
              return own
            })
            .toSorted((a, b) => a.at - b.at)
          const even = 1000 / (perSecond * perAddress.length)
          for (const [i, { at }] of turns.entries()) {
            if (i > 0) expect(at - (turns[i - 1]?.at ?? 0)).to.be.closeTo(even, 0.01)
          }
          for (const [address] of perAddress.entries()) {
            const count = turns.filter(({ member }) => member.startsWith(`a${address}/`)).length
            expect(count).to.be.within(59, 61)
          }
        },
      ),
    )
  })
})
