import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { decodeBalance } from './account-balance.ts'
import type { AccountBalance } from './account-balance.ts'

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
