import { differenceName } from './check-account.ts'
import type { AccountState } from './read-account.ts'

/**
 * Why nothing may be opened in a symbol by what is known of the account; undefined when something may. `now` is market
 * time, `silentMs` the market ms after which an account that nobody tells of is unknown.
 */
export function openingProblem(
  { conditions, sources }: Pick<AccountState, 'conditions' | 'sources'>,
  symbol: string,
  now: number,
  silentMs: number,
): string | undefined {
  const all = Object.values(sources)
  if (all.every(({ positionsAt }) => positionsAt === undefined))
    return 'no source has told of all positions yet'
  if (all.every(({ balancesAt }) => balancesAt === undefined)) return 'no source has told of all balances yet'
  const heardAt = Math.max(...all.map((source) => source.heardAt ?? 0))
  if (now - heardAt > silentMs) return `no source was heard since ${new Date(heardAt).toISOString()}`
  const prefix = differenceName(`${symbol}/`)
  const difference = [...conditions].find(([name]) => name.startsWith(prefix))
  return difference?.[1].text
}
