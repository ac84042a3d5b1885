import type { AccountState } from '../account/account.ts'
import type { Conditional } from '../account/conditional.ts'
import { formatFixed, formatShort, over } from '../account/fixed.ts'
import { assetOf, feeRates } from '../account/ledger.ts'
import { remainingOf, type Order, type Trade } from '../account/order.ts'
import type { Listing } from '../core/listing.ts'
import { directionOf } from './conditionals.ts'
import { ofOrders, ofTrades } from './unmodelled.ts'

const sides = { BUY: 'Buy', SELL: 'Sell' } as const
export const indexes = { BOTH: 0, LONG: 1, SHORT: 2 } as const
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
  const fee = order.filled === 0n ? '0' : formatShort(feeOf(state, order))
  return {
    ...ofOrders,
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
    cumExecFee: fee,
    cumFeeDetail: order.filled === 0n ? {} : { [assetOf(order.symbol)]: fee },
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
    ...ofOrders,
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
    cumExecFee: '0',
    cumFeeDetail: {},
    avgPrice: '',
    reduceOnly: conditional.reduceOnly || conditional.closePosition,
    ...conditionOf(conditional),
    createdTime: String(conditional.time),
    updatedTime: String(conditional.updateTime),
  }
}

function feeOf({ trades }: AccountState, { id }: Order): bigint {
  return trades.reduce((sum, each) => (each.orderId === id ? sum + each.commission : sum), 0n)
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
    ...ofTrades,
    category: 'linear',
    symbol: trade.symbol,
    orderPrice: order === undefined ? '' : formatShort(order.price),
    orderQty: order === undefined ? '' : formatShort(order.quantity),
    leavesQty: order === undefined ? '' : formatShort(remainingOf(order)),
    orderType: order?.type === 'LIMIT' ? 'Limit' : 'Market',
    stopOrderType: parent === undefined ? 'UNKNOWN' : stopTypeOf(parent),
    feeRate: formatShort(trade.maker ? feeRates.maker : feeRates.taker),
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
