import { expect } from 'chai'
import fc from 'fast-check'
import { compareDecimals, needDecimal, toDecimal } from '../../../lib/model/decimal.ts'
import { InvariantError } from '../../../lib/model/errors.ts'

const runs = { numRuns: Number(process.env['SOAK_RUNS'] ?? 300) }

/** A decimal as a whole number of units of 10^-20, and one of the many ways to write it. */
const written = fc
  .record({
    negative: fc.boolean(),
    whole: fc.bigInt({ min: 0n, max: 10n ** 14n }),
    fraction: fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }),
    leadingZeros: fc.nat(3),
    trailingZeros: fc.nat(3),
    shift: fc.integer({ min: -9, max: 9 }),
    plus: fc.boolean(),
  })
  .map(({ negative, whole, fraction, leadingZeros, trailingZeros, shift, plus }) => {
    const units = (negative ? -1n : 1n) * (whole * 10n ** 20n + fraction)
    const sign = negative ? '-' : plus ? '+' : ''
    // The point is moved by the exponent, and back by where it is written.
    const digits = `${'0'.repeat(leadingZeros + 10)}${whole}${fraction.toString().padStart(20, '0')}${'0'.repeat(trailingZeros)}`
    const point = digits.length - 20 - trailingZeros - shift
    const text = `${sign}${digits.slice(0, point)}.${digits.slice(point)}e${shift}`
    return { units, text: shift === 0 ? text.replace('e0', '') : text }
  })

function toUnits(decimal: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? []
  const size = BigInt(whole + fraction.padEnd(20, '0'))
  return sign === '-' ? -size : size
}

describe('a decimal', () => {
  it('keeps its value exactly, however it was written', () => {
    fc.assert(
      fc.property(written, ({ units, text }) => {
        expect(toUnits(toDecimal(text) ?? '')).to.equal(units)
      }),
      runs,
    )
  })

  it('has one form for one value: no exponent, plus, useless zero or negative zero', () => {
    fc.assert(
      fc.property(written, ({ text }) => {
        const decimal = toDecimal(text) ?? ''
        expect(decimal).to.match(/^(?:0|-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?)$/)
        expect(toDecimal(decimal)).to.equal(decimal)
      }),
      runs,
    )
    const forms: [string | number, string][] = [
      ['-0.000', '0'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['+007.10', '7.1'],
      ['1e3', '1000'],
      ['1.5E-7', '0.00000015'],
      [' 12 ', '12'],
      [0.1, '0.1'],
      [1e21, '1000000000000000000000'],
    ]
    for (const [from, to] of forms) expect(toDecimal(from)).to.equal(to)
  })

  it('is undefined for what is no number, and never zero', () => {
    for (const text of [
      '',
      ' ',
      '.',
      '-',
      'e5',
      '1e',
      'NaN',
      'Infinity',
      '0x10',
      '1,5',
      '1.2.3',
      'null',
      undefined,
      null,
    ]) {
      expect(toDecimal(text)).to.equal(undefined)
    }
    expect(toDecimal(Number.NaN)).to.equal(undefined)
    expect(() => needDecimal('', 'the price')).to.throw(
      InvariantError,
      'the price must be a decimal number, was ""',
    )
  })

  it('orders as its value does', () => {
    const near = fc
      .tuple(written, fc.bigInt({ min: -2n, max: 2n }))
      .map(([one, step]) => [one.units, one.units + step] as const)
    const far = fc.tuple(written, written).map(([one, other]) => [one.units, other.units] as const)
    fc.assert(
      fc.property(fc.oneof(near, far), ([a, b]) => {
        expect(Math.sign(compareDecimals(fromUnits(a), fromUnits(b)))).to.equal(a < b ? -1 : a > b ? 1 : 0)
      }),
      runs,
    )
  })
})

function fromUnits(units: bigint): string {
  return toDecimal(`${units}e-20`) ?? ''
}
