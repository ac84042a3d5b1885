import type { AccountEvent } from '../../account/account-events.ts'
import type { Wallet } from '../../account/account.ts'
import { formatFixed, formatShort, type Fixed } from '../../account/fixed.ts'
import { readMark } from '../../account/marks.ts'
import type { Order, Trade } from '../../account/order.ts'
import { entryPrice, flatPosition, unrealizedAt, type Position } from '../../account/position.ts'
import { assetOf } from '../../account/ledger.ts'
import type { Market } from '../../core/market.ts'
import { averagePrice, digitsOf, formatAverage } from '../order-rows.ts'
import { breakEvenPrice } from '../position-rows.ts'
import type { Event } from '../../streams/message.ts'

/** What the user stream tells of an event, in the order the venue sends it; `now` becomes E. */
export function toUserEvents(event: AccountEvent, market: Market, now: number): Event[] {
  const times = { T: event.time, E: Math.max(now, event.time) }
  switch (event.kind) {
    case 'order':
      return [toOrderUpdate(event.order, event.execution, undefined, times, market)]
    case 'fill': {
      const { order, trade, wallet, position, account } = event
      const positions = account.isHedged ? [flatPosition(order.symbol, 'BOTH'), position] : [position]
      const rows = positions.map((each) => toPositionRow(each, account.marginTypes, market, event.time))
      return [
        toTradeLite(order, trade, times, market),
        toAccountUpdate('ORDER', wallet, 0n, rows, times),
        toOrderUpdate(order, 'TRADE', trade, times, market),
      ]
    }
    case 'balance':
      return [toAccountUpdate(event.reason, event.wallet, event.change, [], times)]
    case 'conditional':
      return [toConditionalUpdate(event, times, market)]
    case 'leverage':
      return [{ e: 'ACCOUNT_CONFIG_UPDATE', ...times, ac: { s: event.symbol, l: event.leverage } }]
  }
}

interface Times {
  readonly T: number
  readonly E: number
}

function toAccountUpdate(
  reason: string,
  wallet: Wallet,
  change: Fixed,
  positions: readonly object[],
  times: Times,
): Event {
  const balance = formatFixed(wallet.balance)
  const row = { a: wallet.asset, wb: balance, cw: balance, bc: formatShort(change) }
  return { e: 'ACCOUNT_UPDATE', ...times, a: { B: [row], P: positions, m: reason } }
}

function toPositionRow(
  position: Position,
  marginTypes: ReadonlyMap<string, 'cross' | 'isolated'>,
  market: Market,
  time: number,
) {
  const listing = market.listings.get(position.symbol)
  const mark = listing && readMark(listing, time)
  const unrealized = mark === undefined ? 0n : unrealizedAt(position, mark)
  return {
    s: position.symbol,
    pa: formatShort(position.size),
    ep: formatShort(entryPrice(position)),
    cr: orZero(position.realized),
    up: position.size === 0n ? '0' : formatFixed(unrealized),
    mt: marginTypes.get(position.symbol) ?? 'cross',
    iw: '0',
    ps: position.side,
    ma: assetOf(position.symbol),
    bep: formatShort(breakEvenPrice(position)),
  }
}

function toTradeLite(order: Order, trade: Trade, { T, E }: Times, market: Market): Event {
  const { priceDigits, quantityDigits } = digitsOf(market.listings.get(order.symbol))
  return {
    e: 'TRADE_LITE',
    E,
    T,
    s: order.symbol,
    q: formatFixed(order.quantity, quantityDigits),
    p: formatFixed(order.price, priceDigits),
    m: trade.maker,
    c: order.clientId,
    S: order.side,
    L: formatFixed(trade.price, priceDigits),
    l: formatFixed(trade.quantity, quantityDigits),
    t: trade.id,
    i: order.id,
  }
}

function toOrderUpdate(
  order: Order,
  execution: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED',
  trade: Trade | undefined,
  { T, E }: Times,
  market: Market,
): Event {
  const { priceDigits, quantityDigits } = digitsOf(market.listings.get(order.symbol))
  const price = (value: Fixed) => (value === 0n ? '0' : formatFixed(value, priceDigits))
  const quantity = (value: Fixed) => (value === 0n ? '0' : formatFixed(value, quantityDigits))
  const row = {
    s: order.symbol,
    c: order.clientId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: quantity(order.quantity),
    p: price(order.price),
    ap: averagePrice(order) === 0n ? '0' : formatAverage(order, priceDigits),
    sp: price(order.origin?.stopPrice ?? 0n),
    x: execution,
    X: order.status,
    i: order.id,
    l: quantity(trade?.quantity ?? 0n),
    z: quantity(order.filled),
    L: price(trade?.price ?? 0n),
    n: orZero(trade?.commission ?? 0n),
    N: assetOf(order.symbol),
    T,
    t: trade?.id ?? 0,
    b: '0',
    a: '0',
    m: trade?.maker ?? false,
    R: order.reduceOnly,
    wt: 'CONTRACT_PRICE',
    ot: order.origin?.type ?? order.type,
    ps: order.positionSide,
    cp: order.origin?.closePosition ?? false,
    rp: orZero(trade?.realized ?? 0n),
    pP: false,
    si: 0,
    ss: 0,
    V: 'EXPIRE_MAKER',
    pm: 'NONE',
    gtd: 0,
  }
  return { e: 'ORDER_TRADE_UPDATE', T, E, o: row }
}

function toConditionalUpdate(
  { conditional, child }: Extract<AccountEvent, { kind: 'conditional' }>,
  times: Times,
  market: Market,
): Event {
  const { priceDigits, quantityDigits } = digitsOf(market.listings.get(conditional.symbol))
  const row = {
    caid: conditional.clientId,
    aid: conditional.id,
    at: 'CONDITIONAL',
    o: conditional.type,
    s: conditional.symbol,
    S: conditional.side,
    ps: conditional.positionSide,
    f: conditional.timeInForce,
    q: formatFixed(conditional.quantity, quantityDigits),
    X: conditional.status,
    ai: conditional.childId === undefined ? '' : String(conditional.childId),
    ap: child === undefined ? '0.00000' : formatAverage(child, priceDigits),
    aq: child === undefined ? '0.00000' : formatFixed(child.filled, quantityDigits),
    act: child?.type ?? '0',
    tp: formatFixed(conditional.triggerPrice, priceDigits),
    p: formatFixed(conditional.price, priceDigits),
    V: 'EXPIRE_MAKER',
    wt: conditional.workingType,
    pm: 'NONE',
    cp: conditional.closePosition,
    pP: conditional.priceProtect,
    R: conditional.reduceOnly,
    tt: conditional.triggerTime,
    gtd: 0,
    rm: conditional.problem,
  }
  return { e: 'ALGO_UPDATE', ...times, o: row }
}

/** `"0"` for nothing, else 8 decimals. */
function orZero(value: Fixed): string {
  return value === 0n ? '0' : formatFixed(value)
}
