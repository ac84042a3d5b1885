import { readLeverage, readPosition, type AccountState } from '../account/account.ts'
import { mostNotional } from '../account/brackets.ts'
import { formatFixed, times, type Fixed } from '../account/fixed.ts'
import { assetOf, feeRates } from '../account/ledger.ts'
import {
  activeSides,
  liquidationPrice,
  marginOfAsset,
  marginOfPosition,
  type AssetMargin,
  type Listings,
  type ReadMark,
} from '../account/margin.ts'
import type { PositionSide } from '../account/order.ts'
import { entryPrice, type Position } from '../account/position.ts'
import type { Listing } from '../core/listing.ts'
import { formatEntry } from './order-rows.ts'

/** An account as it is shown: marks come from the market, all else from the state. */
export interface Shown {
  readonly state: AccountState
  readonly listings: Listings
  readonly readMark: ReadMark
}

/** A position side with all that is told of it. */
export interface ShownPosition {
  readonly listing: Listing
  readonly position: Position
  readonly margin: ReturnType<typeof marginOfPosition>
  readonly leverage: number
  readonly isIsolated: boolean
  readonly mark: Fixed
}

export function sidesOf(state: AccountState): PositionSide[] {
  return state.isHedged ? ['LONG', 'SHORT'] : ['BOTH']
}

/** The position sides of the symbols with a position or an open order, both sides of such a symbol in hedge mode. */
export function toActivePositions(shown: Shown): ShownPosition[] {
  const symbols = new Set(activeSides(shown.state).map((each) => each.symbol))
  return [...symbols].flatMap((symbol) => {
    const listing = shown.listings.get(symbol)
    return listing === undefined ? [] : toPositions(shown, listing)
  })
}

export function toPositions(shown: Shown, listing: Listing): ShownPosition[] {
  const { state } = shown
  return sidesOf(state).map((side) => {
    const position = readPosition(state, listing.symbol, side)
    const mark = shown.readMark(listing)
    return {
      listing,
      position,
      margin: marginOfPosition(state, listing, position, mark),
      leverage: readLeverage(state, listing.symbol),
      isIsolated: state.marginTypes.get(listing.symbol) === 'isolated',
      mark: mark ?? 0n,
    }
  })
}

/** Each asset's margin, worked out once for all rows of an answer. */
export function toAssetMargins(shown: Shown): (asset: string) => AssetMargin {
  const found = new Map<string, AssetMargin>()
  return (asset) => {
    let margin = found.get(asset)
    if (margin === undefined) {
      margin = marginOfAsset(shown.state, shown.listings, asset, shown.readMark)
      found.set(asset, margin)
    }
    return margin
  }
}

/** A row of GET /fapi/v3/positionRisk. */
export function toRiskRow(each: ShownPosition, assets: (asset: string) => AssetMargin) {
  const { listing, position, margin, mark } = each
  const asset = assetOf(listing.symbol)
  return {
    symbol: listing.symbol,
    positionSide: position.side,
    positionAmt: formatFixed(position.size, listing.quantityDigits),
    entryPrice: formatEntry(entryPrice(position)),
    breakEvenPrice: formatEntry(breakEvenPrice(position)),
    markPrice: formatFixed(mark),
    unRealizedProfit: formatFixed(margin.unrealized),
    liquidationPrice: formatLiquidation(each, assets(asset)),
    isolatedMargin: '0',
    notional: formatMoney(margin.notional),
    marginAsset: asset,
    isolatedWallet: '0',
    initialMargin: formatMoney(margin.initial + margin.orders),
    maintMargin: formatMoney(margin.maintenance),
    positionInitialMargin: formatMoney(margin.initial),
    openOrderInitialMargin: formatMoney(margin.orders),
    adl: position.size === 0n ? 0 : 2,
    bidNotional: formatMoney(margin.bids),
    askNotional: formatMoney(margin.asks),
    updateTime: position.updateTime,
  }
}

/** A row of GET /fapi/v2/positionRisk. */
export function toOldRiskRow(each: ShownPosition, assets: (asset: string) => AssetMargin) {
  const { listing, position, margin, mark, leverage, isIsolated } = each
  return {
    symbol: listing.symbol,
    positionAmt: formatFixed(position.size, listing.quantityDigits),
    entryPrice: formatEntry(entryPrice(position)),
    breakEvenPrice: formatEntry(breakEvenPrice(position)),
    markPrice: formatFixed(mark),
    unRealizedProfit: formatFixed(margin.unrealized),
    liquidationPrice: formatLiquidation(each, assets(assetOf(listing.symbol))),
    leverage: String(leverage),
    maxNotionalValue: String(mostNotional(listing, leverage)),
    marginType: isIsolated ? 'isolated' : 'cross',
    isolatedMargin: '0.00000000',
    isAutoAddMargin: 'false',
    positionSide: position.side,
    notional: formatMoney(margin.notional),
    isolatedWallet: '0',
    updateTime: position.updateTime,
    isolated: isIsolated,
    adlQuantile: position.size === 0n ? 0 : 2,
  }
}

/** A row of `positions` in GET /fapi/v3/account. */
export function toAccountPosition({ listing, position, margin }: ShownPosition) {
  return {
    symbol: listing.symbol,
    positionSide: position.side,
    positionAmt: formatFixed(position.size, listing.quantityDigits),
    unrealizedProfit: formatFixed(margin.unrealized),
    isolatedMargin: '0.00000000',
    notional: formatFixed(margin.notional),
    isolatedWallet: '0.00000000',
    initialMargin: formatFixed(margin.initial + margin.orders),
    maintMargin: formatFixed(margin.maintenance),
    updateTime: position.updateTime,
  }
}

/** A row of `positions` in GET /fapi/v2/account. */
export function toOldAccountPosition(each: ShownPosition) {
  const { listing, position, margin, leverage, isIsolated } = each
  return {
    ...toAccountPosition(each),
    positionInitialMargin: formatMoney(margin.initial),
    openOrderInitialMargin: formatMoney(margin.orders),
    leverage: String(leverage),
    isolated: isIsolated,
    entryPrice: formatEntry(entryPrice(position)),
    breakEvenPrice: formatEntry(breakEvenPrice(position)),
    maxNotional: String(mostNotional(listing, leverage)),
    bidNotional: formatMoney(margin.bids),
    askNotional: formatMoney(margin.asks),
  }
}

/** The price at which closing pays back the entry and the taker's fee for it, as the venue shows it. */
export function breakEvenPrice(position: Position): Fixed {
  const entry = entryPrice(position)
  const fee = times(entry, feeRates.taker)
  return position.size < 0n ? entry - fee : entry + fee
}

function formatLiquidation({ listing, position, margin }: ShownPosition, asset: AssetMargin): string {
  const price = liquidationPrice(listing, position, margin, asset)
  return price === 0n ? '0' : formatFixed(price)
}

/** `"0"` for nothing, else 8 decimals, as the venue does. */
function formatMoney(value: Fixed): string {
  return value === 0n ? '0' : formatFixed(value)
}
