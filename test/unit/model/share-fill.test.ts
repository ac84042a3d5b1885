import { expect } from 'chai'
import fc from 'fast-check'
import { abs, add, compareDecimals, needDecimal, signOf, sub } from '../../../lib/model/decimal.ts'
import { applyFill, flatPosition } from '../../../lib/model/position.ts'
import type { Position, PositionFill } from '../../../lib/model/position.ts'
import { shareFill } from '../../../lib/model/share-fill.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }
const fillOf = (side: 'buy' | 'sell', size: string, fee = '0.3'): PositionFill => ({
  side,
  size,
  price: '110',
  fee,
  time: 5,
})
const held = (side: 'buy' | 'sell', size: string): Position =>
  applyFill(flatPosition('AUSDT'), { side, size, price: '100', fee: '0', time: 1 }, '1')

describe("a fill that no strategy's order made", () => {
  it('closes what stands against it, the largest part first, and leaves the rest to nobody', () => {
    const parts = new Map([
      ['a', held('buy', '1')],
      ['b', held('buy', '3')],
      ['c', held('sell', '2')],
    ])
    const sizes = (changed: Map<string, Position>) => [...changed].map(([name, { size }]) => [name, size])
    expect(sizes(shareFill(parts, fillOf('sell', '2'), '1'))).to.deep.equal([['b', '1']])
    expect(sizes(shareFill(parts, fillOf('sell', '3.5'), '1'))).to.deep.equal([
      ['b', '0'],
      ['a', '0.5'],
    ])
    const all = shareFill(parts, fillOf('sell', '9', '0.9'), '1')
    expect(sizes(all)).to.deep.equal([
      ['b', '0'],
      ['a', '0'],
    ])
    expect(all.get('b')).to.include({ realisedProfit: '30', fees: '0.3' })
    expect(sizes(shareFill(parts, fillOf('buy', '1'), '1'))).to.deep.equal([['c', '-1']])
    expect(shareFill(new Map(), fillOf('buy', '1'), '1').size).to.equal(0)
  })

  it('never turns a part over, moves no more than its size, and all of it while parts stand against it', () => {
    const amount = fc.integer({ min: 1, max: 1_000_000 }).map((units) => needDecimal(units / 1_000, 'a size'))
    const side = fc.constantFrom('buy' as const, 'sell' as const)
    const someParts = fc.array(fc.tuple(side, amount), { maxLength: 5 })
    fc.assert(
      fc.property(someParts, side, amount, amount, (sizes, of, size, fee) => {
        const parts = new Map(sizes.map(([each, much], at) => [`s${at}`, held(each, much)]))
        const changed = shareFill(parts, fillOf(of, size, fee), '1')
        let moved = '0'
        let fees = '0'
        for (const [name, after] of changed) {
          const before = parts.get(name) ?? flatPosition('AUSDT')
          expect(signOf(after.size) * signOf(before.size)).to.be.at.least(0)
          moved = add(moved, sub(abs(before.size), abs(after.size)))
          fees = add(fees, after.fees)
        }
        const against = [...parts.values()].filter((part) => signOf(part.size) === (of === 'buy' ? -1 : 1))
        const most = add('0', ...against.map((part) => abs(part.size)))
        const expected = compareDecimals(most, size) < 0 ? most : size
        expect(compareDecimals(moved, expected)).to.equal(0)
        if (compareDecimals(moved, size) === 0) expect(compareDecimals(fees, fee)).to.equal(0)
      }),
      runs,
    )
  })
})
