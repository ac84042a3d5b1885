import { readLeverage, readPosition, type AccountState } from '../account/account.ts'
import { formatShort, times, type Fixed } from '../account/fixed.ts'
import {
  liquidationPrice,
  marginOfAsset,
  marginOfPosition,
  type Listings,
  type ReadMark,
} from '../account/margin.ts'
import { assetOf } from '../account/ledger.ts'
import type { PositionSide } from '../account/order.ts'
import { entryPrice } from '../account/position.ts'
import type { Listing } from '../core/listing.ts'
import { toSymbol } from './symbols.ts'

export const positionIndexes: Readonly<Record<PositionSide, number>> = { BOTH: 0, LONG: 1, SHORT: 2 }

/** An account as it is shown: marks come from the market, all else from the state. */
export interface Shown {
  readonly state: AccountState
  readonly listings: Listings
  readonly readMark: ReadMark
}

/** The one row of GET /v5/account/wallet-balance; totals are of what is settled in dollars. */
export function toWallet({ state, listings, readMark }: Shown) {
  const margins = [...state.wallets.keys()].map((asset) => marginOfAsset(state, listings, asset, readMark))
  const dollars = margins.filter(({ asset }) => asset === 'USDT' || asset === 'USDC')
  const total = (read: (margin: (typeof margins)[number]) => Fixed) =>
    formatShort(dollars.reduce((sum, each) => sum + read(each), 0n))
  return {
    totalEquity: total((each) => each.balance + each.unrealized),
    accountIMRate: '',
    totalMarginBalance: total((each) => each.balance + each.unrealized),
    totalInitialMargin: total((each) => each.positions + each.orders),
    accountType: 'UNIFIED',
    totalAvailableBalance: total((each) => each.available),
    accountMMRate: '',
    totalPerpUPL: total((each) => each.unrealized),
    totalWalletBalance: total((each) => each.balance),
    accountLTV: '0',
    totalMaintenanceMargin: total((each) => each.maintenance),
    coin: margins.map((each) => ({
      availableToBorrow: '',
      bonus: '0',
      accruedInterest: '0',
      availableToWithdraw: '',
      totalOrderIM: formatShort(each.orders),
      equity: formatShort(each.balance + each.unrealized),
      totalPositionMM: formatShort(each.maintenance),
      usdValue: dollars.includes(each) ? formatShort(each.balance + each.unrealized) : '',
      unrealisedPnl: formatShort(each.unrealized),
      collateralSwitch: true,
      spotHedgingQty: '0',
      borrowAmount: '0',
      totalPositionIM: formatShort(each.positions),
      walletBalance: formatShort(each.balance),
      cumRealisedPnl: '',
      locked: '0',
      marginCollateral: true,
      coin: each.asset,
      spotBorrow: '0',
    })),
  }
}

/** A row of GET /v5/position/list; a flat side has size 0 and no prices. */
export function toPositionRow(shown: Shown, listing: Listing, side: PositionSide) {
  const { state, listings, readMark } = shown
  const position = readPosition(state, listing.symbol, side)
  const mark = readMark(listing)
  const margin = marginOfPosition(state, listing, position, mark)
  const asset = marginOfAsset(state, listings, assetOf(listing.symbol), readMark)
  const isFlat = position.size === 0n
  const size = isFlat ? 0n : position.size < 0n ? -position.size : position.size
  const entry = entryPrice(position)
  const liquidation = liquidationPrice(listing, position, margin, asset)
  const unlessFlat = (value: Fixed) => (isFlat ? '' : formatShort(value))
  return {
    positionIdx: positionIndexes[side],
    riskId: 1,
    riskLimitValue: '',
    symbol: toSymbol(listing),
    side: isFlat ? '' : position.size > 0n ? 'Buy' : 'Sell',
    size: formatShort(size),
    avgPrice: isFlat ? '0' : formatShort(entry),
    positionValue: unlessFlat(times(size, entry)),
    tradeMode: 0,
    autoAddMargin: 0,
    positionStatus: 'Normal',
    leverage: String(readLeverage(state, listing.symbol)),
    markPrice: mark === undefined ? '' : formatShort(mark),
    liqPrice: isFlat || liquidation === 0n ? '' : formatShort(liquidation),
    bustPrice: '',
    positionIM: unlessFlat(margin.initial),
    positionIMByMp: unlessFlat(margin.initial),
    positionMM: unlessFlat(margin.maintenance),
    positionMMByMp: unlessFlat(margin.maintenance),
    positionBalance: '0',
    takeProfit: '',
    stopLoss: '',
    trailingStop: '0',
    sessionAvgPrice: '',
    delta: '',
    gamma: '',
    vega: '',
    theta: '',
    unrealisedPnl: unlessFlat(margin.unrealized),
    curRealisedPnl: '',
    cumRealisedPnl: formatShort(position.realized),
    adlRankIndicator: isFlat ? 0 : 2,
    createdTime: '',
    updatedTime: String(position.updateTime),
    seq: isFlat ? -1 : position.updateTime,
    isReduceOnly: false,
    mmrSysUpdatedTime: '',
    leverageSysUpdatedTime: '',
    tpslMode: 'Full',
  }
}
