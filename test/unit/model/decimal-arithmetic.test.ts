import { expect } from 'chai'
import fc from 'fast-check'
import { InvariantError } from '../../../lib/model/errors.ts'
import {
  abs,
  add,
  ceilTo,
  compareDecimals,
  div,
  floorTo,
  mul,
  needDecimal,
  negate,
  signOf,
  sub,
  toDecimal,
} from '../../../lib/model/decimal.ts'
import type { Decimal } from '../../../lib/model/decimal.ts'

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 18 }))
  .map(([units, digits]): Decimal => needDecimal(`${units}e-${digits}`, 'a decimal'))
const positive = decimal.map(abs).filter((each) => each !== '0')
const isCanonical = (each: Decimal) => toDecimal(each) === each

describe('arithmetic of decimals', () => {
  it('gives back what was added', () => {
    fc.assert(fc.property(decimal, decimal, (a, b) => sub(add(a, b), b) === a && sub(a, a) === '0'))
  })

  it('does not mind order or grouping', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        expect(add(a, b, c)).to.equal(add(add(c, b), a))
        expect(mul(a, b, c)).to.equal(mul(c, mul(b, a)))
        expect(mul(a, add(b, c))).to.equal(add(mul(a, b), mul(a, c)))
      }),
    )
  })

  it('divides back what was multiplied', () => {
    fc.assert(fc.property(decimal, positive, (a, b) => div(mul(a, b), b, 18) === a))
  })

  it('rounds a quotient by half of its last place at most, halves away from zero', () => {
    fc.assert(
      fc.property(decimal, positive, fc.integer({ min: 0, max: 12 }), (a, b, places) => {
        const error = abs(sub(mul(div(a, b, places), b), a))
        const half = mul('0.5', b, needDecimal(`1e-${places}`, 'a place'))
        expect(compareDecimals(error, half)).to.be.at.most(0)
      }),
    )
    expect([div('1', '2', 0), div('-1', '2', 0), div('1', '3', 4), div('-2', '3', 4)]).to.deep.equal([
      '1',
      '-1',
      '0.3333',
      '-0.6667',
    ])
  })

  it('cuts to a step from either side', () => {
    fc.assert(
      fc.property(decimal, positive, (a, step) => {
        const [low, high] = [floorTo(a, step), ceilTo(a, step)]
        expect(compareDecimals(low, a)).to.be.at.most(0)
        expect(compareDecimals(high, a)).to.be.at.least(0)
        expect(sub(high, low)).to.be.oneOf(['0', step])
        expect(floorTo(low, step)).to.equal(low)
      }),
    )
    expect([
      floorTo('1.29', '0.1'),
      ceilTo('1.21', '0.1'),
      floorTo('-1.21', '0.1'),
      floorTo('7', '5'),
    ]).to.deep.equal(['1.2', '1.3', '-1.3', '5'])
  })

  it('keeps the canonical form and agrees with the order of numbers', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        for (const each of [add(a, b), sub(a, b), mul(a, b), negate(a)])
          expect(isCanonical(each)).to.equal(true)
        expect(signOf(sub(a, b))).to.equal(Math.sign(compareDecimals(a, b)))
      }),
    )
  })

  it('refuses a division by zero and a step that is not positive', () => {
    expect(() => div('1', '0', 2)).to.throw(InvariantError)
    expect(() => floorTo('1', '0')).to.throw(InvariantError)
  })
})
