import type { Listing } from '../core/listing.ts'
import { readLeverage, readPosition, type AccountState } from './account.ts'
import { bracketAt, maintenanceMargin } from './brackets.ts'
import { ONE, absolute, greatest, over, times, type Fixed } from './fixed.ts'
import { assetOf } from './ledger.ts'
import { remainingOf, type PositionSide } from './order.ts'
import { positionKey, unrealizedAt, type Position } from './position.ts'
import { reduces } from './reduce-only.ts'

/** What a position needs and is worth at the mark price; all in the quote asset, 10^-8. */
export interface PositionMargin {
  readonly notional: Fixed
  readonly unrealized: Fixed
  readonly initial: Fixed
  readonly maintenance: Fixed
  /** for the open orders beyond what the position needs */
  readonly orders: Fixed
  readonly bids: Fixed
  readonly asks: Fixed
}

/** One margin asset of an account; cross margin in single-asset mode. */
export interface AssetMargin {
  readonly asset: string
  readonly balance: Fixed
  readonly unrealized: Fixed
  readonly positions: Fixed
  readonly orders: Fixed
  readonly maintenance: Fixed
  readonly available: Fixed
}

export type ReadMark = (listing: Listing) => Fixed | undefined
export type Listings = ReadonlyMap<string, Listing>

const nothing: PositionMargin = {
  notional: 0n,
  unrealized: 0n,
  initial: 0n,
  maintenance: 0n,
  orders: 0n,
  bids: 0n,
  asks: 0n,
}

export function marginOfPosition(
  state: AccountState,
  listing: Listing,
  position: Position,
  mark: Fixed | undefined,
): PositionMargin {
  if (mark === undefined) return nothing
  const leverage = BigInt(readLeverage(state, listing.symbol)) * ONE
  const { bids, asks } = openNotional(state, listing.symbol, position.side)
  const notional = times(position.size, mark)
  const most = greatest(absolute(notional + bids), absolute(notional - asks))
  const initial = over(absolute(notional), leverage)
  return {
    notional,
    unrealized: unrealizedAt(position, mark),
    initial,
    maintenance: maintenanceMargin(listing, notional),
    orders: greatest(0n, over(most, leverage) - initial),
    bids,
    asks,
  }
}

export function marginOfAsset(
  state: AccountState,
  listings: Listings,
  asset: string,
  readMark: ReadMark,
): AssetMargin {
  let [unrealized, positions, orders, maintenance] = [0n, 0n, 0n, 0n]
  for (const { symbol, side } of activeSides(state)) {
    const listing = listings.get(symbol)
    if (listing === undefined || assetOf(symbol) !== asset) continue
    const position = readPosition(state, symbol, side)
    const margin = marginOfPosition(state, listing, position, readMark(listing))
    unrealized += margin.unrealized
    positions += margin.initial
    orders += margin.orders
    maintenance += margin.maintenance
  }
  const balance = state.wallets.get(asset)?.balance ?? 0n
  const available = greatest(0n, balance + unrealized - positions - orders)
  return { asset, balance, unrealized, positions, orders, maintenance, available }
}

/** Position sides with a position or an open order. */
export function activeSides(state: AccountState): { symbol: string; side: PositionSide }[] {
  const found = new Map<string, { symbol: string; side: PositionSide }>()
  for (const [key, { symbol, side, size }] of state.positions)
    if (size !== 0n) found.set(key, { symbol, side })
  for (const { symbol, positionSide: side } of state.openOrders.values()) {
    found.set(positionKey(symbol, side), { symbol, side })
  }
  return [...found.values()]
}

/**
 * The mark at which the cross margin of the asset no longer covers the maintenance margin, all else standing still;
 * 0 when there is no such price. https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
 */
export function liquidationPrice(
  listing: Listing,
  position: Position,
  margin: PositionMargin,
  asset: AssetMargin,
): Fixed {
  if (position.size === 0n) return 0n
  const { maintenance: ratio, deduction } = bracketAt(listing, margin.notional)
  const elsewhere = asset.unrealized - margin.unrealized - (asset.maintenance - margin.maintenance)
  // balance + elsewhere + size × P - cost = |size| × P × ratio - deduction
  const cushion = asset.balance + elsewhere + deduction - position.cost
  const slope = times(absolute(position.size), ratio) - position.size
  return slope === 0n ? 0n : greatest(0n, over(cushion, slope))
}

function openNotional(state: AccountState, symbol: string, side: PositionSide): { bids: Fixed; asks: Fixed } {
  let [bids, asks] = [0n, 0n]
  for (const order of state.openOrders.values()) {
    if (order.symbol !== symbol || order.positionSide !== side || reduces(order)) continue
    const notional = times(order.price, remainingOf(order))
    if (order.side === 'BUY') bids += notional
    else asks += notional
  }
  return { bids, asks }
}
