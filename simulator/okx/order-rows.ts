import { readLeverage, type AccountState } from '../account/account.ts'
import type { Conditional } from '../account/conditional.ts'
import { formatShort, over } from '../account/fixed.ts'
import { assetOf } from '../account/ledger.ts'
import type { Order, Trade } from '../account/order.ts'
import type { Market } from '../core/market.ts'
import { instIdOf, listingOf, toContracts } from './contracts.ts'
import { ofOrders } from './unmodelled.ts'

const sides = { BUY: 'buy', SELL: 'sell' } as const
export const positionSides = { BOTH: 'net', LONG: 'long', SHORT: 'short' } as const
const types = { GTC: 'limit', IOC: 'ioc', FOK: 'fok', GTX: 'post_only' } as const
const states = {
  NEW: 'live',
  PARTIALLY_FILLED: 'partially_filled',
  FILLED: 'filled',
  CANCELED: 'canceled',
  EXPIRED: 'canceled',
} as const
const algoStates = {
  NEW: 'live',
  TRIGGERING: 'partially_effective',
  TRIGGERED: 'effective',
  FINISHED: 'effective',
  CANCELED: 'canceled',
  EXPIRED: 'canceled',
  REJECTED: 'order_failed',
} as const

/** A row of /api/v5/trade/order, of the lists and of the channel `orders`; with its last trade where there is one. */
export function toOrderRow(state: AccountState, market: Market, order: Order) {
  const listing = listingOf(market, order.symbol)
  const parent = parentOf(state, order)
  const trades = state.trades.filter((each) => each.orderId === order.id)
  const sum = (of: (each: Trade) => bigint) => trades.reduce((all, each) => all + of(each), 0n)
  const last = trades.at(-1)
  return {
    ...ofOrders,
    instType: 'SWAP',
    instId: instIdOf(listing),
    ccy: assetOf(order.symbol),
    lever: String(readLeverage(state, order.symbol)),
    rebateCcy: assetOf(order.symbol),
    ordId: String(order.id),
    clOrdId: parent === undefined ? order.clientId : '',
    algoId: parent === undefined ? '' : algoIdOf(parent),
    algoClOrdId: parent?.clientId ?? '',
    tdMode: 'cross',
    side: sides[order.side],
    posSide: positionSides[order.positionSide],
    ordType: order.type === 'MARKET' ? 'market' : types[order.timeInForce],
    px: order.type === 'MARKET' ? '' : formatShort(order.price),
    sz: formatShort(toContracts(order.quantity, listing)),
    accFillSz: formatShort(toContracts(order.filled, listing)),
    avgPx: order.filled === 0n ? '' : formatShort(over(order.value, order.filled)),
    state: states[order.status],
    cancelSource: order.status === 'CANCELED' ? '1' : order.status === 'EXPIRED' ? '14' : '',
    reduceOnly: String(order.reduceOnly),
    fee: formatShort(-sum((each) => each.commission)),
    feeCcy: assetOf(order.symbol),
    pnl: formatShort(sum((each) => each.realized)),
    tradeId: last === undefined ? '' : String(last.id),
    fillPx: last === undefined ? '' : formatShort(last.price),
    fillSz: last === undefined ? '0' : formatShort(toContracts(last.quantity, listing)),
    fillFee: last === undefined ? '' : formatShort(-last.commission),
    fillFeeCcy: last === undefined ? '' : last.asset,
    fillPnl: last === undefined ? '' : formatShort(last.realized),
    fillTime: last === undefined ? '' : String(last.time),
    execType: last === undefined ? '' : last.maker ? 'M' : 'T',
    cTime: String(order.time),
    uTime: String(order.updateTime),
  }
}

/** A row of /api/v5/trade/order-algo, of its lists and of the channel `orders-algo`. */
export function toAlgoRow(market: Market, conditional: Conditional) {
  const listing = listingOf(market, conditional.symbol)
  const child = conditional.childId === undefined ? '' : String(conditional.childId)
  return {
    instType: 'SWAP',
    instId: instIdOf(listing),
    algoId: algoIdOf(conditional),
    algoClOrdId: conditional.clientId,
    clOrdId: '',
    ordId: child,
    ordIdList: child === '' ? [] : [child],
    ordType: algoTypeOf(conditional),
    tdMode: 'cross',
    side: sides[conditional.side],
    posSide: positionSides[conditional.positionSide],
    sz: conditional.closePosition ? '' : formatShort(toContracts(conditional.quantity, listing)),
    closeFraction: conditional.closePosition ? '1' : '',
    reduceOnly: String(conditional.reduceOnly || conditional.closePosition),
    ...triggerOf(conditional),
    state: algoStates[conditional.status],
    failCode: conditional.problem === '' ? '' : '51169',
    triggerTime: conditional.triggerTime === 0 ? '' : String(conditional.triggerTime),
    cTime: String(conditional.time),
    uTime: String(conditional.updateTime),
  }
}

export function algoTypeOf({ isPlainTrigger }: Conditional): string {
  return isPlainTrigger === true ? 'trigger' : 'conditional'
}

/** The trigger under the names that its kind has; those of the other kinds are empty. */
function triggerOf({ type, triggerPrice, price, workingType, isPlainTrigger }: Conditional) {
  const px = formatShort(triggerPrice)
  const by = workingType === 'MARK_PRICE' ? 'mark' : 'last'
  const orderPx = price === 0n ? '-1' : formatShort(price)
  const empty = {
    triggerPx: '',
    triggerPxType: '',
    ordPx: '',
    slTriggerPx: '',
    slTriggerPxType: '',
    slOrdPx: '',
    tpTriggerPx: '',
    tpTriggerPxType: '',
    tpOrdPx: '',
  }
  if (isPlainTrigger === true) return { ...empty, triggerPx: px, triggerPxType: by, ordPx: orderPx }
  return type.startsWith('TAKE_PROFIT')
    ? { ...empty, tpTriggerPx: px, tpTriggerPxType: by, tpOrdPx: orderPx }
    : { ...empty, slTriggerPx: px, slTriggerPxType: by, slOrdPx: orderPx }
}

export function algoIdOf({ id }: Conditional): string {
  return String(id)
}

/** A row of /api/v5/trade/fills. */
export function toFillRow(state: AccountState, market: Market, trade: Trade) {
  const listing = listingOf(market, trade.symbol)
  const order = state.orders.get(trade.orderId)
  return {
    instType: 'SWAP',
    instId: instIdOf(listing),
    tradeId: String(trade.id),
    billId: String(trade.id),
    ordId: String(trade.orderId),
    clOrdId: order === undefined || parentOf(state, order) !== undefined ? '' : order.clientId,
    side: sides[trade.side],
    posSide: positionSides[trade.positionSide],
    fillPx: formatShort(trade.price),
    fillSz: formatShort(toContracts(trade.quantity, listing)),
    fillPnl: formatShort(trade.realized),
    fee: formatShort(-trade.commission),
    feeCcy: trade.asset,
    execType: trade.maker ? 'M' : 'T',
    fillTime: String(trade.time),
    ts: String(trade.time),
  }
}

function parentOf({ conditionals }: AccountState, { clientId }: Order): Conditional | undefined {
  const match = /^algo_(\d+)$/.exec(clientId)
  return match === null ? undefined : conditionals.get(Number(match[1]))
}
