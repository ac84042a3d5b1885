import type { Market } from '../core/market.ts'
import type { Account } from './account.ts'
import { assetOf } from './ledger.ts'
import { marginOfAsset } from './margin.ts'
import { readMark } from './marks.ts'

/** The assets of an account whose balance and profit no longer cover what its positions must keep. */
export function findBroken(account: Account, market: Market, now: number): string[] {
  const held = [...account.positions.values()].filter((each) => each.size !== 0n)
  const assets = new Set(held.map((each) => assetOf(each.symbol)))
  return [...assets].filter((asset) => {
    const margin = marginOfAsset(account, market.listings, asset, (listing) => readMark(listing, now))
    return margin.balance + margin.unrealized < margin.maintenance
  })
}
