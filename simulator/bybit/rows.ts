import { readLeverage, type AccountState, type Income } from '../account/account.ts'
import type { Conditional } from '../account/conditional.ts'
import { absolute, formatFixed, formatShort, over } from '../account/fixed.ts'
import { liquidationPrice, marginOfAsset, marginOfPosition } from '../account/margin.ts'
import { readMark } from '../account/marks.ts'
import { assetOf } from '../account/ledger.ts'
import { remainingOf, type Order, type Trade } from '../account/order.ts'
import { entryPrice, type Position } from '../account/position.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { directionOf, findWhole, type Kind } from './conditionals.ts'

const sides = { BUY: 'Buy', SELL: 'Sell' } as const
const indexes = { BOTH: 0, LONG: 1, SHORT: 2 } as const
const timesInForce = { GTC: 'GTC', IOC: 'IOC', FOK: 'FOK', GTX: 'PostOnly' } as const
const statuses = {
  NEW: 'New',
  PARTIALLY_FILLED: 'PartiallyFilled',
  FILLED: 'Filled',
  CANCELED: 'Cancelled',
  EXPIRED: 'Cancelled',
} as const
const waiting = {
  NEW: 'Untriggered',
  TRIGGERING: 'Triggered',
  TRIGGERED: 'Triggered',
  FINISHED: 'Cancelled',
  CANCELED: 'Deactivated',
  EXPIRED: 'Deactivated',
  REJECTED: 'Rejected',
} as const

/** The conditional order that an order comes from; it is one order at this venue. */
export function parentOf({ conditionals }: AccountState, { clientId }: Order): Conditional | undefined {
  const match = /^algo_(\d+)$/.exec(clientId)
  return match === null ? undefined : conditionals.get(Number(match[1]))
}

/** A row of /v5/order/realtime, of /v5/order/history and of the topic `order`. */
export function toOrderRow(state: AccountState, order: Order, listing: Listing | undefined) {
  const parent = parentOf(state, order)
  const { priceDigits = 8 } = listing ?? {}
  const isEnded = order.status === 'CANCELED' || order.status === 'EXPIRED'
  return {
    category: 'linear',
    symbol: order.symbol,
    orderId: parent === undefined ? orderIdOf(order.id) : stopIdOf(parent),
    orderLinkId: parent?.clientId ?? order.clientId,
    side: sides[order.side],
    positionIdx: indexes[order.positionSide],
    orderType: order.type === 'MARKET' ? 'Market' : 'Limit',
    timeInForce: order.type === 'MARKET' ? 'IOC' : timesInForce[order.timeInForce],
    orderStatus: statuses[order.status],
    cancelType: order.status === 'CANCELED' ? 'CancelByUser' : 'UNKNOWN',
    rejectReason: order.status === 'EXPIRED' ? 'EC_NoImmediateQtyToFill' : 'EC_NoError',
    price: formatFixed(order.price, priceDigits),
    qty: formatShort(order.quantity),
    leavesQty: isEnded ? '0' : formatShort(remainingOf(order)),
    cumExecQty: formatShort(order.filled),
    cumExecValue: formatShort(order.value),
    avgPrice: order.filled === 0n ? '' : formatShort(over(order.value, order.filled)),
    reduceOnly: order.reduceOnly,
    ...(parent === undefined ? notConditional : conditionOf(parent)),
    createdTime: String(parent?.time ?? order.time),
    updatedTime: String(order.updateTime),
  }
}

/** The same of a conditional order; once it has triggered it is the order that it made. */
export function toStopRow(
  state: AccountState,
  conditional: Conditional,
  listing: Listing | undefined,
): ReturnType<typeof toOrderRow> {
  const child = conditional.childId === undefined ? undefined : state.orders.get(conditional.childId)
  if (child !== undefined) return toOrderRow(state, child, listing)
  return {
    category: 'linear',
    symbol: conditional.symbol,
    orderId: stopIdOf(conditional),
    orderLinkId: conditional.clientId,
    side: sides[conditional.side],
    positionIdx: indexes[conditional.positionSide],
    orderType: conditional.price === 0n ? 'Market' : 'Limit',
    timeInForce: conditional.price === 0n ? 'IOC' : timesInForce[conditional.timeInForce],
    orderStatus: waiting[conditional.status] as 'New',
    cancelType: conditional.status === 'CANCELED' ? 'CancelByUser' : 'UNKNOWN',
    rejectReason: conditional.problem === '' ? 'EC_NoError' : 'EC_ReduceOnlyRejected',
    price: formatShort(conditional.price),
    qty: formatShort(conditional.quantity),
    leavesQty: formatShort(conditional.quantity),
    cumExecQty: '0',
    cumExecValue: '0',
    avgPrice: '',
    reduceOnly: conditional.reduceOnly || conditional.closePosition,
    ...conditionOf(conditional),
    createdTime: String(conditional.time),
    updatedTime: String(conditional.updateTime),
  }
}

const notConditional = {
  stopOrderType: '',
  triggerPrice: '',
  triggerDirection: 0,
  triggerBy: '',
  closeOnTrigger: false,
}

function conditionOf(conditional: Conditional) {
  const { triggerPrice, workingType, closePosition, ofPosition = false } = conditional
  return {
    stopOrderType: stopTypeOf(conditional),
    triggerPrice: formatShort(triggerPrice),
    triggerDirection: directionOf(conditional) as number,
    triggerBy: workingType === 'MARK_PRICE' ? 'MarkPrice' : 'LastPrice',
    closeOnTrigger: closePosition || ofPosition,
  }
}

/** `Stop` for an order by itself, otherwise what it is to the position it was set on. */
function stopTypeOf({ type, ofPosition, closePosition }: Conditional): string {
  if (ofPosition !== true) return 'Stop'
  return `${closePosition ? '' : 'Partial'}${type.startsWith('TAKE_PROFIT') ? 'TakeProfit' : 'StopLoss'}`
}

export function orderIdOf(id: bigint): string {
  return `o-${id}`
}

export function stopIdOf({ id }: Conditional): string {
  return `c-${id}`
}

export function tradeIdOf({ id }: Trade): string {
  return `e-${id}`
}

/** A row of /v5/execution/list and of the topic `execution`. */
export function toTradeRow(state: AccountState, trade: Trade) {
  const order = state.orders.get(trade.orderId)
  const parent = order === undefined ? undefined : parentOf(state, order)
  return {
    category: 'linear',
    symbol: trade.symbol,
    orderId: parent === undefined ? orderIdOf(trade.orderId) : stopIdOf(parent),
    orderLinkId: parent?.clientId ?? order?.clientId ?? '',
    execId: tradeIdOf(trade),
    execType: 'Trade',
    side: sides[trade.side],
    execPrice: formatShort(trade.price),
    execQty: formatShort(trade.quantity),
    execValue: formatShort(trade.value),
    execFee: formatShort(trade.commission),
    execPnl: formatShort(trade.realized),
    feeCurrency: '',
    isMaker: trade.maker,
    execTime: String(trade.time),
  }
}

/** A row of /v5/position/list and of the topic `position`. */
export function toPositionRow(state: AccountState, market: Market, position: Position, now: number) {
  const listing = market.listings.get(position.symbol)
  const mark = listing && readMark(listing, now)
  const margin = listing && marginOfPosition(state, listing, position, mark)
  const asset = marginOfAsset(state, market.listings, assetOf(position.symbol), (each) => readMark(each, now))
  const liquidation = listing && margin ? liquidationPrice(listing, position, margin, asset) : 0n
  const time = position.updateTime === 0 ? '' : String(position.updateTime)
  return {
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
    positionIM: formatShort(margin?.initial ?? 0n),
    positionMM: formatShort(margin?.maintenance ?? 0n),
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
export function toLogRow(income: Income) {
  const { type, symbol, asset, amount, time } = income
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
  }
}
