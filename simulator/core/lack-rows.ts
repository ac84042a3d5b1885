import type { Hit } from './faults.ts'
import { hashText } from './random.ts'

type Row = Readonly<Record<string, unknown>>

/**
 * An account answer without some of its rows, as the rule says: of a symbol or asset, or each with a chance. `nameOf` tells
 * the market's own name of what a row is about; a row about nothing stays, and its lists are looked through.
 */
export function lackRows(
  answer: unknown,
  rule: Hit<'lackRows'>,
  nameOf: (row: Row) => string | undefined,
): unknown {
  if (Array.isArray(answer)) {
    return answer.filter((row) => !isLacking(row, rule, nameOf)).map((row) => within(row, rule, nameOf))
  }
  return within(answer, rule, nameOf)
}

/** The same of the lists that an object holds, unless it is itself a row of something. */
function within(row: unknown, rule: Hit<'lackRows'>, nameOf: (row: Row) => string | undefined): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  if (nameOf(row as Row) !== undefined) return row
  return Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? lackRows(value, rule, nameOf) : value,
    ]),
  )
}

function isLacking(
  row: unknown,
  { symbol, share, since }: Hit<'lackRows'>,
  nameOf: (row: Row) => string | undefined,
): boolean {
  if (typeof row !== 'object' || row === null) return false
  const name = nameOf(row as Row)
  if (name === undefined) return false
  if (symbol !== undefined) return name === symbol
  // The same rows for as long as the rule stands.
  return hashText(name, since) / 4_294_967_296 < (share ?? 1)
}
