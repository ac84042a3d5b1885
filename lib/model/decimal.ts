import { InvariantError } from './errors.ts'

/** A decimal number as text in canonical form: no exponent, no leading or trailing zero, no plus, no `-0`. */
export type Decimal = string

const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** The canonical form of a number that a venue wrote as text; undefined where it is no number. */
export function toDecimal(text: string | number | undefined | null): Decimal | undefined {
  if (text === undefined || text === null) return undefined
  const match = form.exec(typeof text === 'number' ? String(text) : text.trim())
  if (match === null) return undefined
  let whole = match[2] ?? ''
  let fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const exponent = match[4] === undefined ? 0 : Number(match[4])
  if (exponent > 0) {
    const moved = fraction.padEnd(exponent, '0')
    whole += moved.slice(0, exponent)
    fraction = moved.slice(exponent)
  } else if (exponent < 0) {
    const moved = whole.padStart(-exponent, '0')
    fraction = moved.slice(moved.length + exponent) + fraction
    whole = moved.slice(0, moved.length + exponent)
  }
  whole = whole.replace(/^0+/, '') || '0'
  fraction = fraction.replace(/0+$/, '')
  const size = fraction === '' ? whole : `${whole}.${fraction}`
  return match[1] === '-' && size !== '0' ? `-${size}` : size
}

/** The canonical form of a number that must be there; `what` names it in the error. */
export function needDecimal(text: string | number | undefined | null, what: string): Decimal {
  const decimal = toDecimal(text)
  if (decimal === undefined) throw new InvariantError(`${what} must be a decimal number, was "${String(text)}"`)
  return decimal
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; both canonical. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a === b) return 0
  const negative = a.startsWith('-')
  if (negative !== b.startsWith('-')) return negative ? -1 : 1
  return negative ? compareSizes(b.slice(1), a.slice(1)) : compareSizes(a, b)
}

// Canonical sizes whose whole parts have one length order as text does: 10.25 before 10.3.
function compareSizes(a: string, b: string): number {
  const wholeLength = (size: string) => (size.includes('.') ? size.indexOf('.') : size.length)
  return wholeLength(a) - wholeLength(b) || (a < b ? -1 : 1)
}
