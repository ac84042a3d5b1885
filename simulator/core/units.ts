/** A whole number of units of 10^-digits as a decimal text with exactly that many digits: (12345, 2) -> "123.45". */
export function formatUnits(units: number, digits: number): string {
  if (digits === 0) return String(units)
  if (units < 0) return `-${formatUnits(-units, digits)}`
  const text = String(units)
  const whole = text.length - digits
  if (whole > 0) return `${text.slice(0, whole)}.${text.slice(whole)}`
  return `0.${'0'.repeat(-whole)}${text}`
}
