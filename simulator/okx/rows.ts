import { readLeverage, type AccountState, type Income } from '../account/account.ts'
import type { Conditional } from '../account/conditional.ts'
import { absolute, formatShort, over } from '../account/fixed.ts'
import { assetOf } from '../account/ledger.ts'
import { liquidationPrice, marginOfAsset, marginOfPosition } from '../account/margin.ts'
import { readMark } from '../account/marks.ts'
import type { Order, Trade } from '../account/order.ts'
import { entryPrice, type Position } from '../account/position.ts'
import { splitSymbol } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { instIdOf, toContracts } from './contracts.ts'

const sides = { BUY: 'buy', SELL: 'sell' } as const
const positionSides = { BOTH: 'net', LONG: 'long', SHORT: 'short' } as const
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
const billTypes = {
  REALIZED_PNL: '2',
  COMMISSION: '2',
  FUNDING_FEE: '8',
  TRANSFER: '1',
  INSURANCE_CLEAR: '10',
} as const

/** A row of /api/v5/trade/order, of the lists and of the channel `orders`; with its last trade where there is one. */
export function toOrderRow(state: AccountState, market: Market, order: Order) {
  const listing = listingOf(market, order.symbol)
  const parent = parentOf(state, order)
  const trades = state.trades.filter((each) => each.orderId === order.id)
  const sum = (of: (each: Trade) => bigint) => trades.reduce((all, each) => all + of(each), 0n)
  const last = trades.at(-1)
  return {
    instType: 'SWAP',
    instId: instIdOf(listing),
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
    ordType: 'conditional',
    tdMode: 'cross',
    side: sides[conditional.side],
    posSide: positionSides[conditional.positionSide],
    sz: conditional.closePosition ? '' : formatShort(toContracts(conditional.quantity, listing)),
    closeFraction: conditional.closePosition ? '1' : '',
    reduceOnly: String(conditional.reduceOnly || conditional.closePosition),
    slTriggerPx: formatShort(conditional.triggerPrice),
    slTriggerPxType: conditional.workingType === 'MARK_PRICE' ? 'mark' : 'last',
    slOrdPx: conditional.price === 0n ? '-1' : formatShort(conditional.price),
    state: algoStates[conditional.status],
    failCode: conditional.problem === '' ? '' : '51169',
    triggerTime: conditional.triggerTime === 0 ? '' : String(conditional.triggerTime),
    cTime: String(conditional.time),
    uTime: String(conditional.updateTime),
  }
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

/** A row of /api/v5/account/positions and of the channel `positions`. */
export function toPositionRow(state: AccountState, market: Market, position: Position, now: number) {
  const listing = listingOf(market, position.symbol)
  const known = market.listings.get(position.symbol)
  const mark = known && readMark(known, now)
  const margin = known && marginOfPosition(state, known, position, mark)
  const asset = marginOfAsset(state, market.listings, assetOf(position.symbol), (each) => readMark(each, now))
  const liquidation = known && margin ? liquidationPrice(known, position, margin, asset) : 0n
  const contracts = toContracts(position.size, listing)
  const isFlat = position.size === 0n
  return {
    instType: 'SWAP',
    instId: instIdOf(listing),
    posSide: positionSides[position.side],
    pos: formatShort(position.side === 'BOTH' ? contracts : absolute(contracts)),
    avgPx: isFlat ? '' : formatShort(entryPrice(position)),
    mgnMode: 'cross',
    lever: String(readLeverage(state, position.symbol)),
    margin: '',
    imr: isFlat ? '' : formatShort(margin?.initial ?? 0n),
    mmr: isFlat ? '' : formatShort(margin?.maintenance ?? 0n),
    liqPx: liquidation === 0n ? '' : formatShort(liquidation),
    markPx: formatShort(mark ?? 0n),
    upl: isFlat ? '' : formatShort(margin?.unrealized ?? 0n),
    ccy: assetOf(position.symbol),
    cTime: String(position.updateTime),
    uTime: String(position.updateTime),
    pTime: String(Math.floor(now)),
  }
}

/** The row of /api/v5/account/balance and of the channel `account`. */
export function toAccountRow(state: AccountState, market: Market, now: number) {
  const details = [...state.wallets.values()].map(({ asset, balance, updateTime }) => {
    const margin = marginOfAsset(state, market.listings, asset, (each) => readMark(each, now))
    return {
      ccy: asset,
      cashBal: formatShort(balance),
      eq: formatShort(balance + margin.unrealized),
      availEq: formatShort(margin.available),
      availBal: formatShort(margin.available),
      upl: formatShort(margin.unrealized),
      imr: formatShort(margin.positions + margin.orders),
      mmr: formatShort(margin.maintenance),
      uTime: String(updateTime),
    }
  })
  return { uTime: String(Math.floor(now)), details }
}

export function billIdOf({ id, type }: Income): string {
  return `${id}${type === 'COMMISSION' ? '1' : '0'}`
}

export function billTypeOf({ type }: Income): string {
  return billTypes[type]
}

/** A row of /api/v5/account/bills. */
export function toBillRow(market: Market, income: Income) {
  const { type, symbol, asset, amount, time } = income
  const change = formatShort(amount)
  return {
    billId: billIdOf(income),
    ccy: asset,
    instId: symbol === '' ? '' : instIdOf(listingOf(market, symbol)),
    type: billTypeOf(income),
    balChg: change,
    pnl: type === 'REALIZED_PNL' ? change : '0',
    fee: type === 'COMMISSION' ? change : '0',
    ts: String(time),
  }
}

function parentOf({ conditionals }: AccountState, { clientId }: Order): Conditional | undefined {
  const match = /^algo_(\d+)$/.exec(clientId)
  return match === null ? undefined : conditionals.get(Number(match[1]))
}

// Of a symbol that is not listed any more the sizes are told in lots of 10^-8.
function listingOf(market: Market, symbol: string) {
  return market.listings.get(symbol) ?? { ...splitSymbol(symbol), quantityDigits: 8 }
}
