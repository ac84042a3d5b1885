import { readLeverage, type AccountState, type Income } from '../account/account.ts'
import { absolute, formatShort } from '../account/fixed.ts'
import { assetOf } from '../account/ledger.ts'
import { liquidationPrice, marginOfAsset, marginOfPosition } from '../account/margin.ts'
import { readMark } from '../account/marks.ts'
import { entryPrice, type Position } from '../account/position.ts'
import type { Market } from '../core/market.ts'
import { findWhole, type Kind } from './conditionals.ts'
import { indexes, toTradeRow } from './order-rows.ts'
import { ofPositions } from './unmodelled.ts'

/** A row of /v5/position/list and of the topic `position`. */
export function toPositionRow(state: AccountState, market: Market, position: Position, now: number) {
  const listing = market.listings.get(position.symbol)
  const mark = listing && readMark(listing, now)
  const margin = listing && marginOfPosition(state, listing, position, mark)
  const asset = marginOfAsset(state, market.listings, assetOf(position.symbol), (each) => readMark(each, now))
  const liquidation = listing && margin ? liquidationPrice(listing, position, margin, asset) : 0n
  const time = position.updateTime === 0 ? '' : String(position.updateTime)
  const [initial, maintenance] = [margin?.initial ?? 0n, margin?.maintenance ?? 0n].map(formatShort)
  return {
    ...ofPositions,
    category: 'linear',
    symbol: position.symbol,
    positionIdx: indexes[position.side],
    side: position.size === 0n ? '' : position.size > 0n ? 'Buy' : 'Sell',
    size: formatShort(absolute(position.size)),
    // The topic calls it otherwise than the endpoint.
    avgPrice: formatShort(entryPrice(position)),
    entryPrice: formatShort(entryPrice(position)),
    tradeMode: 0,
    leverage: String(readLeverage(state, position.symbol)),
    markPrice: formatShort(mark ?? 0n),
    liqPrice: liquidation === 0n ? '' : formatShort(liquidation),
    positionValue: formatShort(absolute(position.cost)),
    positionIM: initial,
    positionMM: maintenance,
    positionIMByMp: initial,
    positionMMByMp: maintenance,
    cumRealisedPnl: formatShort(position.realized),
    curRealisedPnl: formatShort(position.realized),
    seq: position.updateTime,
    positionBalance: '0',
    unrealisedPnl: formatShort(margin?.unrealized ?? 0n),
    ...stopsOf(state, position),
    tpslMode: 'Full',
    positionStatus: 'Normal',
    createdTime: time,
    updatedTime: time,
  }
}

/** What closes the whole position; 0 for what is not set. */
function stopsOf(state: AccountState, position: Position) {
  const priceOf = (kind: Kind) => formatShort(findWhole(state, position, kind)?.triggerPrice ?? 0n)
  return { takeProfit: priceOf('takeProfit'), stopLoss: priceOf('stopLoss'), trailingStop: '0' }
}

/** The row of /v5/account/wallet-balance and of the topic `wallet`. */
export function toWalletRow(state: AccountState, market: Market, now: number) {
  const coin = [...state.wallets.values()].map(({ asset, balance }) => {
    const margin = marginOfAsset(state, market.listings, asset, (each) => readMark(each, now))
    return {
      coin: asset,
      walletBalance: formatShort(balance),
      equity: formatShort(balance + margin.unrealized),
      unrealisedPnl: formatShort(margin.unrealized),
      totalPositionIM: formatShort(margin.positions),
      totalOrderIM: formatShort(margin.orders),
      totalPositionMM: formatShort(margin.maintenance),
      locked: '0',
      availableToWithdraw: '',
      collateralSwitch: true,
      marginCollateral: true,
    }
  })
  return { accountType: 'UNIFIED', coin }
}

export function logIdOf({ id, symbol, type }: Income): string {
  return `${id}_${symbol}_${type}`
}

/** A row of /v5/account/transaction-log. */
export function toLogRow(state: AccountState, income: Income) {
  const { type, symbol, asset, amount, time, tradeId } = income
  const trade = tradeId === undefined ? undefined : state.trades.findLast(({ id }) => id === tradeId)
  const of = trade === undefined ? undefined : toTradeRow(state, trade)
  const change = formatShort(amount)
  const kind =
    type === 'FUNDING_FEE'
      ? 'SETTLEMENT'
      : type === 'TRANSFER'
        ? amount < 0n
          ? 'TRANSFER_OUT'
          : 'TRANSFER_IN'
        : 'TRADE'
  return {
    id: logIdOf(income),
    symbol,
    category: symbol === '' ? '' : 'linear',
    currency: asset,
    type: kind,
    transactionTime: String(time),
    funding: type === 'FUNDING_FEE' ? change : '',
    fee: type === 'COMMISSION' ? formatShort(-amount) : '0',
    cashFlow: type === 'REALIZED_PNL' ? change : '0',
    change,
    // What was left after it is not kept.
    cashBalance: '',
    side: of?.side ?? 'None',
    orderId: of?.orderId ?? '',
    orderLinkId: of?.orderLinkId ?? '',
    tradeId: of?.execId ?? '',
    tradePrice: of?.execPrice ?? '',
    qty: of?.execQty ?? '',
    size: '',
    feeRate: of?.feeRate ?? '',
  }
}
