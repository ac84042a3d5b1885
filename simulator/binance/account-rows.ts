import { formatFixed, least, type Fixed } from '../account/fixed.ts'
import type { AssetMargin } from '../account/margin.ts'
import { ASSETS } from './exchange-info.ts'
import {
  toAccountPosition,
  toActivePositions,
  toAssetMargins,
  toOldAccountPosition,
  toPositions,
  type Shown,
} from './position-rows.ts'

/** GET /fapi/v3/account: only positions of symbols with a position or an open order. */
export function toAccount(shown: Shown) {
  const margins = toAssetMargins(shown)
  return {
    ...toTotals(margins('USDT')),
    assets: assetsOf(shown).map((asset) => toAssetRow(shown, margins(asset))),
    positions: toActivePositions(shown).map(toAccountPosition),
  }
}

/** GET /fapi/v2/account: positions of all symbols. */
export function toOldAccount(shown: Shown, canTrade: boolean) {
  const margins = toAssetMargins(shown)
  return {
    feeTier: 0,
    canTrade,
    canDeposit: true,
    canWithdraw: true,
    updateTime: 0,
    multiAssetsMargin: shown.state.isMultiAssets,
    tradeGroupId: -1,
    ...toTotals(margins('USDT')),
    assets: assetsOf(shown).map((asset) => ({ ...toAssetRow(shown, margins(asset)), marginAvailable: true })),
    positions: [...shown.listings.values()].flatMap((listing) =>
      toPositions(shown, listing).map(toOldAccountPosition),
    ),
  }
}

/** GET /fapi/v2/balance and /fapi/v3/balance. */
export function toBalances(shown: Shown) {
  const margins = toAssetMargins(shown)
  return assetsOf(shown).map((asset) => {
    const margin = margins(asset)
    return {
      accountAlias: 'SgsR',
      asset,
      balance: formatFixed(margin.balance),
      crossWalletBalance: formatFixed(margin.balance),
      crossUnPnl: formatFixed(margin.unrealized),
      availableBalance: formatFixed(margin.available),
      maxWithdrawAmount: formatFixed(withdrawable(margin)),
      marginAvailable: true,
      updateTime: shown.state.wallets.get(asset)?.updateTime ?? 0,
    }
  })
}

/** The assets the account holds or ever held, and those that every account shows. */
function assetsOf({ state }: Shown): string[] {
  return [...new Set([...state.wallets.keys(), ...ASSETS.map((each) => each.asset)])]
}

function toAssetRow(shown: Shown, margin: AssetMargin) {
  return {
    asset: margin.asset,
    walletBalance: formatFixed(margin.balance),
    unrealizedProfit: formatFixed(margin.unrealized),
    marginBalance: formatFixed(margin.balance + margin.unrealized),
    maintMargin: formatFixed(margin.maintenance),
    initialMargin: formatFixed(margin.positions + margin.orders),
    positionInitialMargin: formatFixed(margin.positions),
    openOrderInitialMargin: formatFixed(margin.orders),
    crossWalletBalance: formatFixed(margin.balance),
    crossUnPnl: formatFixed(margin.unrealized),
    availableBalance: formatFixed(margin.available),
    maxWithdrawAmount: formatFixed(withdrawable(margin)),
    updateTime: shown.state.wallets.get(margin.asset)?.updateTime ?? 0,
  }
}

/** In single-asset mode the venue's totals are those of USDT alone. */
function toTotals(margin: AssetMargin) {
  return {
    totalInitialMargin: formatFixed(margin.positions + margin.orders),
    totalMaintMargin: formatFixed(margin.maintenance),
    totalWalletBalance: formatFixed(margin.balance),
    totalUnrealizedProfit: formatFixed(margin.unrealized),
    totalMarginBalance: formatFixed(margin.balance + margin.unrealized),
    totalPositionInitialMargin: formatFixed(margin.positions),
    totalOpenOrderInitialMargin: formatFixed(margin.orders),
    totalCrossWalletBalance: formatFixed(margin.balance),
    totalCrossUnPnl: formatFixed(margin.unrealized),
    availableBalance: formatFixed(margin.available),
    maxWithdrawAmount: formatFixed(withdrawable(margin)),
  }
}

function withdrawable({ available, balance }: AssetMargin): Fixed {
  return least(available, balance > 0n ? balance : 0n)
}
