/** A price, size or amount as a whole number of 10^-8, so that sums are exact. */
export type Fixed = bigint

export const ONE = 100_000_000n

/** `"1.5"` -> 150000000n; undefined when it is no decimal number or has more than 8 decimals that are not zero. */
export function parseFixed(text: string): Fixed | undefined {
  const match = /^(-?)(\d{1,18})(?:\.(\d{1,30}))?$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole, decimals = ''] = match
  const significant = decimals.replace(/0+$/, '')
  if (significant.length > 8) return undefined
  const value = BigInt(whole!) * ONE + BigInt(significant.padEnd(8, '0'))
  return sign === '-' ? -value : value
}

/** The nearest 10^-8 of a number, for figures of the market that are made as floats. */
export function nearestFixed(value: number): Fixed {
  return parseFixed(value.toFixed(8))!
}

/** Whole units of 10^-digits (ticks, lots) as a fixed number; what is below 10^-8 is cut. */
export function fromUnits(units: number, digits: number): Fixed {
  if (digits > 8) return BigInt(units) / 10n ** BigInt(digits - 8)
  return BigInt(units) * 10n ** BigInt(8 - digits)
}

/** The whole units of 10^-digits in a value, towards zero. */
export function toUnits(value: Fixed, digits: number): number {
  if (digits > 8) return Number(value * 10n ** BigInt(digits - 8))
  return Number(value / 10n ** BigInt(8 - digits))
}

/** With exactly `digits` decimals, cut towards zero. */
export function formatFixed(value: Fixed, digits = 8): string {
  if (value < 0n) {
    const text = formatFixed(-value, digits)
    return /[1-9]/.test(text) ? `-${text}` : text
  }
  const decimals = String(value % ONE)
    .padStart(8, '0')
    .slice(0, digits)
  return digits === 0 ? String(value / ONE) : `${value / ONE}.${decimals}`
}

/** Without trailing zeros: `"91739.9"`, `"0"`. */
export function formatShort(value: Fixed): string {
  return formatFixed(value).replace(/\.?0+$/, '')
}

/** The product, rounded to 10^-8, halves away from zero. */
export function times(a: Fixed, b: Fixed): Fixed {
  return divide(a * b, ONE)
}

/** The quotient, rounded likewise. */
export function over(a: Fixed, b: Fixed): Fixed {
  return divide(a * ONE, b)
}

/** `value` × `part` / `whole`, rounded likewise. */
export function shareOf(value: Fixed, part: Fixed, whole: Fixed): Fixed {
  return divide(value * part, whole)
}

export function absolute(value: Fixed): Fixed {
  return value < 0n ? -value : value
}

export function least(a: Fixed, b: Fixed): Fixed {
  return a < b ? a : b
}

export function greatest(a: Fixed, b: Fixed): Fixed {
  return a > b ? a : b
}

function divide(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n
  const [n, d] = [absolute(numerator), absolute(denominator)]
  const rounded = (2n * n + d) / (2n * d)
  return negative ? -rounded : rounded
}
