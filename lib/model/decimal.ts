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
  if (decimal === undefined)
    throw new InvariantError(`${what} must be a decimal number, was "${String(text)}"`)
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

interface Scaled {
  readonly units: bigint
  /** how many of the units' digits stand behind the point */
  readonly digits: number
}

/** The exact sum of canonical decimals. */
export function add(...terms: readonly Decimal[]): Decimal {
  const scaled = terms.map(toScaled)
  const digits = Math.max(0, ...scaled.map((each) => each.digits))
  return fromScaled({ units: scaled.reduce((sum, each) => sum + unitsAt(each, digits), 0n), digits })
}

/** Exactly `a` less `b`. */
export function sub(a: Decimal, b: Decimal): Decimal {
  const [from, less] = [toScaled(a), toScaled(b)]
  const digits = Math.max(from.digits, less.digits)
  return fromScaled({ units: unitsAt(from, digits) - unitsAt(less, digits), digits })
}

/** The exact product of canonical decimals. */
export function mul(...factors: readonly Decimal[]): Decimal {
  const scaled = factors.map(toScaled)
  const digits = scaled.reduce((sum, each) => sum + each.digits, 0)
  return fromScaled({ units: scaled.reduce((product, each) => product * each.units, 1n), digits })
}

/** `a` by `b`, rounded to `places` digits behind the point, halves away from zero. */
export function div(a: Decimal, b: Decimal, places: number): Decimal {
  const [over, under] = [toScaled(a), toScaled(b)]
  if (under.units === 0n) throw new InvariantError(`a decimal must not be divided by zero, ${a} was`)
  const digits = Math.max(over.digits, under.digits)
  const dividend = unitsAt(over, digits) * powerOf(places)
  const divisor = unitsAt(under, digits)
  const [size, by] = [absolute(dividend), absolute(divisor)]
  const units = (2n * size + by) / (2n * by)
  return fromScaled({ units: dividend < 0n === divisor < 0n ? units : -units, digits: places })
}

export function negate(a: Decimal): Decimal {
  return a === '0' ? a : a.startsWith('-') ? a.slice(1) : `-${a}`
}

/** The size of `a` without its sign. */
export function abs(a: Decimal): Decimal {
  return a.startsWith('-') ? a.slice(1) : a
}

/** -1, 0 or 1 */
export function signOf(a: Decimal): -1 | 0 | 1 {
  return a === '0' ? 0 : a.startsWith('-') ? -1 : 1
}

export function lesser(a: Decimal, b: Decimal): Decimal {
  return compareDecimals(a, b) <= 0 ? a : b
}

/** The largest multiple of `step` that is not above `a`; `step` is positive. */
export function floorTo(a: Decimal, step: Decimal): Decimal {
  const [value, by] = [toScaled(a), toScaled(step)]
  if (by.units <= 0n) throw new InvariantError(`a step must be positive, was ${step}`)
  const digits = Math.max(value.digits, by.digits)
  const units = unitsAt(value, digits)
  const stepUnits = unitsAt(by, digits)
  const rest = units % stepUnits
  return fromScaled({ units: units - rest - (rest < 0n ? stepUnits : 0n), digits })
}

/** The smallest multiple of `step` that is not below `a`; `step` is positive. */
export function ceilTo(a: Decimal, step: Decimal): Decimal {
  return negate(floorTo(negate(a), step))
}

function toScaled(a: Decimal): Scaled {
  const point = a.indexOf('.')
  if (point < 0) return { units: BigInt(a), digits: 0 }
  return { units: BigInt(a.slice(0, point) + a.slice(point + 1)), digits: a.length - point - 1 }
}

// Worked out once: a check of an order needs a hundred of them.
const powers = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent))

function powerOf(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent)
}

function unitsAt({ units, digits }: Scaled, at: number): bigint {
  return at === digits ? units : units * powerOf(at - digits)
}

function fromScaled({ units, digits }: Scaled): Decimal {
  if (digits === 0) return String(units)
  const text = String(absolute(units)).padStart(digits + 1, '0')
  const point = text.length - digits
  let end = text.length
  while (end > point && text.charCodeAt(end - 1) === zero) end--
  const size = end === point ? text.slice(0, point) : `${text.slice(0, point)}.${text.slice(point, end)}`
  return units < 0n ? `-${size}` : size
}

const zero = '0'.charCodeAt(0)

function absolute(units: bigint): bigint {
  return units < 0n ? -units : units
}
