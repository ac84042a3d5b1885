import type { OrderState, Side, TimeInForce } from '../model/order.ts'
import type {
  OrderEvent,
  OrderMaker,
  OrderReport,
  StopReport,
  StopState,
  TradeReport,
} from '../model/order-report.ts'
import { positionSides } from './bybit-account-map.ts'
import {
  UnreadableAnswer,
  decimalIf,
  decimalIn,
  flagIn,
  nonZeroIf,
  textIf,
  textIn,
  timeIn,
  wordIn,
} from './raw.ts'
import type { Raw } from './raw.ts'
import { clientIdOf } from './venue-id.ts'

export const sides: Readonly<Record<string, Side>> = { Buy: 'buy', Sell: 'sell' }
export const types = { Market: 'market', Limit: 'limit' } as const
export const timesInForce: Readonly<Record<string, TimeInForce>> = {
  GTC: 'GTC',
  PostOnly: 'GTC',
  RPI: 'GTC',
  IOC: 'IOC',
  FOK: 'FOK',
  GoodTillCancel: 'GTC',
  ImmediateOrCancel: 'IOC',
  FillOrKill: 'FOK',
}

export const states: Readonly<Record<string, Exclude<OrderState, 'pending'>>> = {
  New: 'open',
  PartiallyFilled: 'open',
  Filled: 'filled',
  Cancelled: 'cancelled',
  PartiallyFilledCanceled: 'cancelled',
  Rejected: 'rejected',
}
export const stopStates: Readonly<Record<string, StopState>> = {
  Untriggered: 'standing',
  Triggered: 'triggering',
  New: 'triggered',
  PartiallyFilled: 'triggered',
  Filled: 'finished',
  PartiallyFilledCanceled: 'finished',
  Cancelled: 'cancelled',
  Deactivated: 'cancelled',
  Rejected: 'rejected',
}
export const tradeTypes = new Set(['Trade', 'AdlTrade', 'BustTrade', 'Settle'])

/** Whether a row of an order is a conditional one: it keeps its id when it becomes an order of the book. */
export function isStop(row: Raw): boolean {
  const type = textIf(row, 'stopOrderType')
  return type !== undefined && type !== 'UNKNOWN'
}

/** Whether a row of an order is one that is, or was, at the book. */
export function isOrder(row: Raw): boolean {
  if (!isStop(row)) return true
  const state = wordIn(stopStates, row, 'orderStatus')
  return state === 'triggered' || state === 'finished' || (decimalIf(row, 'cumExecQty') ?? '0') !== '0'
}

/** A row of GET /v5/order/realtime and /v5/order/history and of the topic `order`. Sizes are in the base coin. */
export function toOrderReport(row: Raw): OrderReport {
  const type = wordIn(types, row, 'orderType')
  const timeInForce = wordIn(timesInForce, row, 'timeInForce')
  return {
    ...placedOf(row),
    ...makerOf(row),
    type,
    timeInForce: type === 'market' ? 'IOC' : timeInForce,
    postOnly: row['timeInForce'] === 'PostOnly' || row['timeInForce'] === 'RPI',
    state: stateOf(row, timeInForce),
    size: decimalIn(row, 'qty'),
    price: type === 'market' ? undefined : nonZeroIf(row, 'price'),
    filled: decimalIf(row, 'cumExecQty') ?? '0',
    averagePrice: nonZeroIf(row, 'avgPrice'),
  }
}

// https://bybit-exchange.github.io/docs/v5/enum#createtype
const makers: readonly (readonly [RegExp, OrderMaker])[] = [
  [/^CreateBy(Liq|TakeOver_PassThrough)$/, 'liquidation'],
  [/^CreateByAdl_PassThrough$/, 'deleveraging'],
  [/^CreateBySettle$/, 'settlement'],
]

function makerOf(row: Raw): { madeBy?: OrderMaker } {
  const created = textIf(row, 'createType') ?? ''
  const madeBy = makers.find(([form]) => form.test(created))?.[1] ?? (isStop(row) ? 'stop' : undefined)
  return madeBy === undefined ? {} : { madeBy }
}

// Of an order that rested only somebody's wish, or a rule of the venue that it names, is the end.
function stateOf(row: Raw, timeInForce: TimeInForce): OrderReport['state'] {
  const state = wordIn(states, row, 'orderStatus')
  if (state !== 'cancelled') return state
  const by = textIf(row, 'cancelType')
  if (by === 'CancelByUser' || row['rejectReason'] === 'EC_PerCancelRequest') return 'cancelled'
  const isTold = by !== undefined && by !== 'UNKNOWN'
  const isRefused = !['', 'EC_NoError', undefined].includes(row['rejectReason'] as string | undefined)
  return timeInForce !== 'GTC' || isTold || isRefused ? 'expired' : 'cancelled'
}

/** A row of the topic `order`, or one of the topic `execution`. */
export function toOrderEvent(row: Raw): OrderEvent {
  const of = { clientOrderId: clientIdOf(row, 'orderLinkId', 'orderId'), symbol: textIn(row, 'symbol') }
  return row['execId'] === undefined
    ? { ...of, order: toOrderReport(row), trade: undefined }
    : { ...of, order: undefined, trade: toTradeReport(row) }
}

/** Whether a row of executions is a trade; funding is told among them. */
export function isTrade(row: Raw): boolean {
  return tradeTypes.has(textIn(row, 'execType'))
}

/** A row of GET /v5/execution/list and of the topic `execution`. A fee that was paid is positive there. */
export function toTradeReport(row: Raw): TradeReport {
  const symbol = textIn(row, 'symbol')
  // What opens a position wins and loses nothing; older rows say no more.
  const closed = decimalIf(row, 'closedSize')
  const realisedProfit = decimalIf(row, 'execPnl') ?? (closed === '0' ? '0' : undefined)
  if (realisedProfit === undefined)
    throw new UnreadableAnswer(`execPnl must be a decimal number, was ${JSON.stringify(row['execPnl'])}`)
  return {
    id: textIn(row, 'execId'),
    orderId: textIn(row, 'orderId'),
    symbol,
    side: wordIn(sides, row, 'side'),
    positionSide: undefined,
    price: decimalIn(row, 'execPrice'),
    size: decimalIn(row, 'execQty'),
    fee: decimalIn(row, 'execFee'),
    // Left empty where it is the coin that the contract settles in.
    feeAsset:
      textIf(row, 'feeCurrency') ?? textIf(row, 'feeCoin') ?? (symbol.endsWith('USDT') ? 'USDT' : 'USDC'),
    realisedProfit,
    liquidity: flagIn(row, 'isMaker') ? 'maker' : 'taker',
    time: timeIn(row, 'execTime'),
  }
}

/** A row of a conditional order, of the same endpoints and topic. Its child is itself, once it is at the book. */
export function toStopReport(row: Raw): StopReport {
  const state = toStopState(row)
  const size = decimalIn(row, 'qty')
  const hasChild = state === 'triggered' || state === 'finished'
  return {
    ...placedOf(row),
    state,
    size: size === '0' || (row['closeOnTrigger'] === true && row['tpslMode'] === 'Full') ? undefined : size,
    triggerPrice: decimalIn(row, 'triggerPrice'),
    childOrderId: hasChild ? textIn(row, 'orderId') : undefined,
    reason: row['rejectReason'] === 'EC_NoError' ? '' : (textIf(row, 'rejectReason') ?? ''),
  }
}

function toStopState(row: Raw): StopState {
  const state = wordIn(stopStates, row, 'orderStatus')
  return state === 'cancelled' && (decimalIf(row, 'cumExecQty') ?? '0') !== '0' ? 'finished' : state
}

function placedOf(row: Raw) {
  return {
    clientOrderId: clientIdOf(row, 'orderLinkId', 'orderId'),
    orderId: textIn(row, 'orderId'),
    symbol: textIn(row, 'symbol'),
    side: wordIn(sides, row, 'side'),
    positionSide: wordIn(positionSides, row, 'positionIdx'),
    reduceOnly: flagIn(row, 'reduceOnly'),
    time: timeIn(row, 'updatedTime'),
  }
}
