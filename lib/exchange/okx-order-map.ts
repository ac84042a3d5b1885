import { compareDecimals, negate } from '../model/decimal.ts'
import type { OrderState, Side, TimeInForce } from '../model/order.ts'
import type {
  OrderEvent,
  OrderMaker,
  OrderReport,
  StopReport,
  StopState,
  TradeReport,
} from '../model/order-report.ts'
import { positionSides } from './okx-account-map.ts'
import {
  UnreadableAnswer,
  decimalIf,
  decimalIn,
  nonZeroIf,
  textIf,
  textIn,
  timeIf,
  timeIn,
  wordIn,
} from './raw.ts'
import type { Raw } from './raw.ts'
import { clientIdOf } from './venue-id.ts'

export const sides: Readonly<Record<string, Side>> = { buy: 'buy', sell: 'sell' }
export const flags: Readonly<Record<string, boolean>> = { true: true, false: false }
export const liquidities = { T: 'taker', M: 'maker' } as const

interface Terms {
  readonly type: 'market' | 'limit'
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
}
export const types: Readonly<Record<string, Terms>> = {
  market: { type: 'market', timeInForce: 'IOC', postOnly: false },
  optimal_limit_ioc: { type: 'market', timeInForce: 'IOC', postOnly: false },
  limit: { type: 'limit', timeInForce: 'GTC', postOnly: false },
  post_only: { type: 'limit', timeInForce: 'GTC', postOnly: true },
  mmp_and_post_only: { type: 'limit', timeInForce: 'GTC', postOnly: true },
  mmp: { type: 'limit', timeInForce: 'GTC', postOnly: false },
  ioc: { type: 'limit', timeInForce: 'IOC', postOnly: false },
  fok: { type: 'limit', timeInForce: 'FOK', postOnly: false },
}

export const states: Readonly<Record<string, Exclude<OrderState, 'pending'>>> = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'cancelled',
  mmp_canceled: 'expired',
}
// By the user, by the user's dead man's switch, or not told; all others are the order's own terms or the venue's rules.
// https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-details
const askedFor = new Set(['', '1', '20'])

export const stopStates: Readonly<Record<string, StopState>> = {
  live: 'standing',
  pause: 'standing',
  partially_effective: 'triggering',
  effective: 'triggered',
  canceled: 'cancelled',
  order_failed: 'rejected',
  partially_failed: 'rejected',
}

/** A row of GET /api/v5/trade/order, of the lists of orders and of the channel `orders`. Sizes are in contracts. */
export function toOrderReport(row: Raw): OrderReport {
  const state = wordIn(states, row, 'state')
  const terms = wordIn(types, row, 'ordType')
  return {
    ...placedOf(row, 'clOrdId', 'ordId'),
    ...makerOf(row),
    ...terms,
    state: state === 'cancelled' && !askedFor.has(textIf(row, 'cancelSource') ?? '') ? 'expired' : state,
    size: decimalIn(row, 'sz'),
    price: terms.type === 'market' ? undefined : nonZeroIf(row, 'px'),
    filled: decimalIf(row, 'accFillSz') ?? '0',
    averagePrice: nonZeroIf(row, 'avgPx'),
    time: timeIn(row, 'uTime'),
  }
}

// https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-details
const makers: Readonly<Record<string, OrderMaker>> = {
  full_liquidation: 'liquidation',
  partial_liquidation: 'liquidation',
  adl: 'deleveraging',
  delivery: 'settlement',
}

function makerOf(row: Raw): { madeBy?: OrderMaker } {
  const madeBy =
    makers[textIf(row, 'category') ?? ''] ?? (textIf(row, 'algoId') === undefined ? undefined : 'stop')
  return madeBy === undefined ? {} : { madeBy }
}

/** A row of the channel `orders`: it tells the last trade of the order, again and again. */
export function toOrderEvent(row: Raw): OrderEvent {
  const order = toOrderReport(row)
  const { clientOrderId, symbol } = order
  const id = textIf(row, 'tradeId')
  const size = nonZeroIf(row, 'fillSz')
  // The order's own fee and profit are those of all its trades, which is this one's when it was the first.
  const isFirst = size !== undefined && compareDecimals(size, order.filled) === 0
  const fee = decimalIf(row, 'fillFee') ?? (isFirst ? decimalIf(row, 'fee') : undefined)
  const realisedProfit = decimalIf(row, 'fillPnl') ?? (isFirst ? decimalIf(row, 'pnl') : undefined)
  if (id === undefined || size === undefined || fee === undefined || realisedProfit === undefined)
    return { clientOrderId, symbol, order, trade: undefined }
  const { orderId, side, positionSide } = order
  const trade: TradeReport = {
    id,
    orderId,
    symbol,
    side,
    positionSide,
    price: decimalIn(row, 'fillPx'),
    size,
    fee: negate(fee),
    feeAsset: textIf(row, 'fillFeeCcy') ?? textIn(row, 'feeCcy'),
    realisedProfit,
    liquidity: wordIn(liquidities, row, 'execType'),
    time: timeIn(row, 'fillTime'),
  }
  return { clientOrderId, symbol, order, trade }
}

/** A row of GET /api/v5/trade/fills. A fee that was paid is negative there. */
export function toTradeReport(row: Raw): TradeReport {
  return {
    id: textIn(row, 'tradeId'),
    orderId: textIn(row, 'ordId'),
    symbol: textIn(row, 'instId'),
    side: wordIn(sides, row, 'side'),
    positionSide: wordIn(positionSides, row, 'posSide'),
    price: decimalIn(row, 'fillPx'),
    size: decimalIn(row, 'fillSz'),
    fee: negate(decimalIn(row, 'fee')),
    feeAsset: textIn(row, 'feeCcy'),
    realisedProfit: decimalIn(row, 'fillPnl'),
    liquidity: wordIn(liquidities, row, 'execType'),
    time: timeIf(row, 'fillTime') ?? timeIn(row, 'ts'),
  }
}

/** A row of GET /api/v5/trade/order-algo, of its lists and of the channel `orders-algo`. */
export function toStopReport(row: Raw): StopReport {
  const state = wordIn(stopStates, row, 'state')
  const triggerPrice =
    nonZeroIf(row, 'slTriggerPx') ?? nonZeroIf(row, 'triggerPx') ?? nonZeroIf(row, 'tpTriggerPx')
  if (triggerPrice === undefined)
    throw new UnreadableAnswer(
      `a conditional order must have a price to wait for, ${textIn(row, 'algoId')} has none`,
    )
  return {
    ...placedOf(row, 'algoClOrdId', 'algoId'),
    state,
    // 1 is all of the position, whatever that is by then.
    size: decimalIf(row, 'closeFraction') === '1' ? undefined : decimalIn(row, 'sz'),
    triggerPrice,
    childOrderId: childOf(row),
    reason: textIf(row, 'failCode') ?? '',
    time: timeIf(row, 'uTime') ?? timeIf(row, 'triggerTime') ?? timeIn(row, 'cTime'),
  }
}

function childOf(row: Raw): string | undefined {
  const list = row['ordIdList']
  const [first] = Array.isArray(list) ? (list as unknown[]) : []
  return textIf(row, 'ordId') ?? (typeof first === 'string' && first !== '' ? first : undefined)
}

function placedOf(row: Raw, clientId: string, id: string) {
  return {
    clientOrderId: clientIdOf(row, clientId, id),
    orderId: textIn(row, id),
    symbol: textIn(row, 'instId'),
    side: wordIn(sides, row, 'side'),
    positionSide: wordIn(positionSides, row, 'posSide'),
    // Older rows of conditional orders do not tell it.
    reduceOnly: row['reduceOnly'] === undefined ? false : wordIn(flags, row, 'reduceOnly'),
  }
}
