import type { Market } from '../core/market.ts'
import type { Account } from './account.ts'
import { findBroken } from './find-broken.ts'
import { absolute, least, times, type Fixed } from './fixed.ts'
import { assetOf } from './ledger.ts'
import { readFundingRate, readMark } from './marks.ts'
import type { Matching } from './matching.ts'

/** What the insurance fund takes of a liquidated position's worth. */
const LIQUIDATION_FEE = 1_250_000n

/** Pays every position's funding of the period that ends at `at`; `time` is that of the events. */
export function payFunding(
  matching: Matching,
  accounts: readonly Account[],
  market: Market,
  at: number,
  time: number,
): void {
  for (const account of accounts) {
    for (const { symbol, size } of account.positions.values()) {
      const listing = market.listings.get(symbol)
      if (size === 0n || listing === undefined) continue
      const rate = readFundingRate(listing, at - 1)
      const mark = readMark(listing, at)
      if (rate === undefined || mark === undefined) continue
      const amount = -times(times(size, mark), rate)
      if (amount !== 0n) matching.ledger.payFunding(account, symbol, amount, time)
    }
  }
}

/**
 * Closes at the mark what accounts hold in an asset that no longer covers it, all at once; the insurance fund takes its
 * fee, or pays what is missing. The venue goes step by step through the brackets instead.
 */
export function liquidate(
  matching: Matching,
  accounts: readonly Account[],
  market: Market,
  at: number,
  stamp: () => number,
): void {
  for (const account of accounts) {
    for (const asset of findBroken(account, market, at)) {
      const time = stamp()
      let fee: Fixed = 0n
      for (const { symbol, side, size } of account.positions.values()) {
        const listing = market.listings.get(symbol)
        const mark = listing && readMark(listing, at)
        if (size === 0n || mark === undefined || assetOf(symbol) !== asset) continue
        fee += times(times(absolute(size), mark), LIQUIDATION_FEE)
        matching.closeOut(account, listing!, side, mark, 'autoclose', time)
      }
      const left = account.wallets.get(asset)?.balance ?? 0n
      const cleared = left < 0n ? -left : -least(left, fee)
      if (cleared !== 0n) matching.ledger.clearInsurance(account, asset, cleared, time)
    }
  }
}
