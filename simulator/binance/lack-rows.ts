import type { Hit } from '../core/faults.ts'
import { hashText } from '../core/random.ts'

const LISTS = ['positions', 'assets']

/** An account answer without some of its rows, as the rule says: of a symbol or asset, or each with a chance. */
export function lackRows(answer: unknown, rule: Hit<'lackRows'>): unknown {
  if (Array.isArray(answer)) return answer.filter((row) => !isLacking(row, rule))
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]: [string, unknown]) => [
      name,
      LISTS.includes(name) && Array.isArray(value)
        ? (value as unknown[]).filter((row) => !isLacking(row, rule))
        : value,
    ]),
  )
}

function isLacking(row: unknown, { symbol, share, since }: Hit<'lackRows'>): boolean {
  if (typeof row !== 'object' || row === null) return false
  const { symbol: ofSymbol, asset } = row as { symbol?: string; asset?: string }
  const name = ofSymbol ?? asset ?? ''
  if (symbol !== undefined) return name === symbol
  // The same rows for as long as the rule stands.
  return hashText(name, since) / 4_294_967_296 < (share ?? 1)
}
