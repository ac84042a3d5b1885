import type { OrderState, Side, TimeInForce } from '../model/order.ts'
import type {
  OrderEvent,
  OrderMaker,
  OrderReport,
  StopReport,
  StopState,
  TradeReport,
} from '../model/order-report.ts'
import { toSide } from './binance-account-map.ts'
import { UnreadableAnswer, decimalIn, flagIn, nonZeroIf, textIn, timeIn, toRow, wordIn } from './raw.ts'
import type { Raw } from './raw.ts'

export const states: Readonly<Record<string, Exclude<OrderState, 'pending'>>> = {
  NEW: 'open',
  PARTIALLY_FILLED: 'open',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
  REJECTED: 'rejected',
}

export const stopStates: Readonly<Record<string, StopState>> = {
  NEW: 'standing',
  TRIGGERING: 'triggering',
  TRIGGERED: 'triggered',
  FINISHED: 'finished',
  CANCELED: 'cancelled',
  EXPIRED: 'expired',
  REJECTED: 'rejected',
}

export const tradeSides: Readonly<Record<string, Side>> = { BUY: 'buy', SELL: 'sell' }
export const timesInForce: Readonly<Record<string, TimeInForce>> = {
  GTC: 'GTC',
  GTX: 'GTC',
  GTE_GTC: 'GTC',
  IOC: 'IOC',
  FOK: 'FOK',
}

/** A row of POST, GET, DELETE /fapi/v1/order and of the lists. */
export function toOrderReport(body: unknown): OrderReport {
  const row = toRow(body, 'an order')
  const clientOrderId = textIn(row, 'clientOrderId')
  return {
    clientOrderId,
    ...makerOf(clientOrderId),
    orderId: idIn(row, 'orderId'),
    ...commonOf(row, {
      symbol: 'symbol',
      side: 'side',
      positionSide: 'positionSide',
      reduceOnly: 'reduceOnly',
    }),
    ...termsOf(row['timeInForce'], nonZeroIf(row, 'price'), row['type']),
    state: wordIn(states, row, 'status'),
    size: decimalIn(row, 'origQty'),
    filled: decimalIn(row, 'executedQty'),
    averagePrice: nonZeroIf(row, 'avgPrice'),
    time: timeIn(row, 'updateTime'),
  }
}

/** The row `o` of an ORDER_TRADE_UPDATE, whose T is the time of the change. */
export function toOrderEvent(row: Raw): OrderEvent {
  const clientOrderId = textIn(row, 'c')
  const order: OrderReport = {
    clientOrderId,
    ...makerOf(clientOrderId),
    orderId: idIn(row, 'i'),
    ...commonOf(row, { symbol: 's', side: 'S', positionSide: 'ps', reduceOnly: 'R' }),
    ...termsOf(row['f'], nonZeroIf(row, 'p'), row['o']),
    state: wordIn(states, row, 'X'),
    size: decimalIn(row, 'q'),
    filled: decimalIn(row, 'z'),
    averagePrice: nonZeroIf(row, 'ap'),
    time: timeIn(row, 'T'),
  }
  const { symbol } = order
  if (row['x'] !== 'TRADE') return { clientOrderId, symbol, order, trade: undefined }
  const { orderId, side, positionSide, time } = order
  const trade: TradeReport = {
    id: idIn(row, 't'),
    orderId,
    symbol,
    side,
    positionSide,
    price: decimalIn(row, 'L'),
    size: decimalIn(row, 'l'),
    fee: row['n'] === undefined ? '0' : decimalIn(row, 'n'),
    feeAsset: typeof row['N'] === 'string' ? row['N'] : '',
    realisedProfit: decimalIn(row, 'rp'),
    liquidity: flagIn(row, 'm') ? 'maker' : 'taker',
    time,
  }
  return { clientOrderId, symbol, order, trade }
}

/** A row of POST and GET /fapi/v1/algoOrder and of the list. */
export function toStopReport(body: unknown): StopReport {
  const row = toRow(body, 'a conditional order')
  return {
    clientOrderId: textIn(row, 'clientAlgoId'),
    orderId: idIn(row, 'algoId'),
    ...commonOf(row, {
      symbol: 'symbol',
      side: 'side',
      positionSide: 'positionSide',
      reduceOnly: 'reduceOnly',
    }),
    state: wordIn(stopStates, row, 'algoStatus'),
    size: flagIn(row, 'closePosition') ? undefined : decimalIn(row, 'quantity'),
    triggerPrice: decimalIn(row, 'triggerPrice'),
    childOrderId: idIf(row, 'actualOrderId'),
    reason: '',
    time: timeIn(row, 'updateTime'),
  }
}

/** The row `o` of an ALGO_UPDATE, whose T is the time of the change. */
export function toStopEvent(row: Raw, time: number): StopReport {
  return {
    clientOrderId: textIn(row, 'caid'),
    orderId: idIn(row, 'aid'),
    ...commonOf(row, { symbol: 's', side: 'S', positionSide: 'ps', reduceOnly: 'R' }),
    state: wordIn(stopStates, row, 'X'),
    size: flagIn(row, 'cp') ? undefined : decimalIn(row, 'q'),
    triggerPrice: decimalIn(row, 'tp'),
    childOrderId: idIf(row, 'ai'),
    reason: typeof row['rm'] === 'string' ? row['rm'] : '',
    time,
  }
}

/** A row of GET /fapi/v1/userTrades. */
export function toTradeReport(row: Raw): TradeReport {
  return {
    id: idIn(row, 'id'),
    orderId: idIn(row, 'orderId'),
    symbol: textIn(row, 'symbol'),
    side: wordIn(tradeSides, row, 'side'),
    positionSide: toSide(row['positionSide']),
    price: decimalIn(row, 'price'),
    size: decimalIn(row, 'qty'),
    fee: decimalIn(row, 'commission'),
    feeAsset: textIn(row, 'commissionAsset'),
    realisedProfit: decimalIn(row, 'realizedPnl'),
    liquidity: flagIn(row, 'maker') ? 'maker' : 'taker',
    time: timeIn(row, 'time'),
  }
}

// https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Order-Update
const makers: readonly (readonly [string, OrderMaker])[] = [
  ['algo_', 'stop'],
  ['autoclose-', 'liquidation'],
  ['adl_autoclose', 'deleveraging'],
  ['settlement_autoclose-', 'settlement'],
]

function makerOf(clientOrderId: string): { madeBy?: OrderMaker } {
  const found = makers.find(([beginning]) => clientOrderId.startsWith(beginning))
  return found === undefined ? {} : { madeBy: found[1] }
}

function commonOf(row: Raw, of: Record<'symbol' | 'side' | 'positionSide' | 'reduceOnly', string>) {
  return {
    symbol: textIn(row, of.symbol),
    side: wordIn(tradeSides, row, of.side),
    positionSide: toSide(row[of.positionSide]),
    reduceOnly: flagIn(row, of.reduceOnly),
  }
}

function termsOf(timeInForce: unknown, price: string | undefined, type: unknown) {
  const known = timesInForce[String(timeInForce)]
  if (known === undefined)
    throw new UnreadableAnswer(`timeInForce must be one that is known, was ${String(timeInForce)}`)
  const isMarket = type === 'MARKET'
  return {
    type: isMarket ? ('market' as const) : ('limit' as const),
    // The venue calls a market order GTC; nothing of it ever rests.
    timeInForce: isMarket ? ('IOC' as const) : known,
    postOnly: timeInForce === 'GTX',
    price: isMarket ? undefined : price,
  }
}

/** An id, which is a number up to 2^53 and text beyond. */
export function idIn(row: Raw, field: string): string {
  const id = idIf(row, field)
  if (id === undefined)
    throw new UnreadableAnswer(`${field} must be an id, was ${JSON.stringify(row[field])}`)
  return id
}

function idIf(row: Raw, field: string): string | undefined {
  const value = row[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value)
  return typeof value === 'string' && /^[1-9]\d*$/.test(value) ? value : undefined
}
