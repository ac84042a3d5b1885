import { balancesMerge } from '../../lua/balances-merge.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { AccountReport } from '../model/balance-report.ts'
import type { AccountSource } from '../model/position-report.ts'
import { decodeBalance } from './account-balance.ts'
import type { AccountBalance } from './account-balance.ts'
import { settleMs } from './account-sources.ts'
import { toBalanceWord } from './account-words.ts'

/** Merges a report's balances; gives the assets of which something else is told than before. */
export async function mergeBalances(
  hub: Hub,
  { venue, account }: AccountOf,
  source: AccountSource,
  { balances, complete, askedAt }: AccountReport,
): Promise<string[]> {
  if (balances.length === 0 && !complete.balances) return []
  const { changed } = await balancesMerge(
    hub.redis,
    {
      balances: hub.keys.balances(venue, account),
      sources: hub.keys.sources(venue, account),
      sequence: hub.keys.accountFeedSequence(venue, account),
    },
    {
      channel: hub.keys.accountFeed(venue, account),
      source,
      askedAt,
      complete: complete.balances,
      settleMs,
    },
    balances.map(toBalanceWord),
  )
  return changed
}

/** Asset -> its balance as the hub knows it. */
export async function readBalances(
  hub: Hub,
  { venue, account }: AccountOf,
): Promise<Map<string, AccountBalance>> {
  return decodeBalances(await hub.redis.hgetall(hub.keys.balances(venue, account)))
}

/** The same of stored texts. */
export function decodeBalances(texts: Readonly<Record<string, string>>): Map<string, AccountBalance> {
  return new Map(Object.entries(texts).map(([asset, text]) => [asset, decodeBalance(asset, text)]))
}
