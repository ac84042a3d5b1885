import type { AccountState } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { isOpen } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { BybitError } from './bybit-error.ts'
import { readPage, readSpan } from './pages.ts'
import type { Call } from './route.ts'
import { orderIdOf, parentOf, stopIdOf, toOrderRow, toStopRow } from './rows.ts'

/** An order of the book or a conditional one, as lists sort and choose them. */
interface Entry {
  readonly id: string
  readonly linkId: string
  readonly symbol: string
  readonly time: number
  readonly isLive: boolean
  /** it waits for its price */
  readonly isWaiting: boolean
  readonly toRow: () => object
}

const UNDECIDED = ['NEW', 'TRIGGERING', 'TRIGGERED']

/** GET /v5/order/realtime, with the orders that ended when one is asked for by its id; GET /v5/order/history. */
export function listOrders(exchange: Exchange, call: Call, isHistory: boolean) {
  const { query, state, hits, now } = call
  const [orderId, linkId, symbol] = ['orderId', 'orderLinkId', 'symbol'].map((name) => query.get(name))
  const settleCoin = query.get('settleCoin')
  const filter = query.get('orderFilter')
  const isOne = orderId !== null || linkId !== null
  if (!isHistory && symbol === null && settleCoin === null) throw missingSymbol()
  const { from, to } = isHistory ? readSpan(query, now) : { from: 0, to: Infinity }
  const listed = {
    all: entriesOf(exchange, state),
    id: (each: Entry) => each.id,
    time: (each: Entry) => each.time,
    isWanted: (each: Entry) =>
      (isHistory || isOne || each.isLive) &&
      (symbol === null ? each.symbol.endsWith(settleCoin ?? '') : each.symbol === symbol) &&
      (orderId === null || each.id === orderId) &&
      (linkId === null || each.linkId === linkId) &&
      each.time >= from &&
      each.time <= to &&
      (filter === null || (filter === 'StopOrder') === each.isWaiting) &&
      !(isOne && hides(hits, now, each)),
    usual: 20,
    most: 50,
  }
  const { rows, nextPageCursor } = readPage(listed, query)
  return { category: 'linear', list: rows.map((each) => each.toRow()), nextPageCursor }
}

export function missingSymbol(): BybitError {
  return new BybitError(10001, 'Missing some parameters that must be filled in, symbol or settleCoin')
}

/** Oldest first. */
function entriesOf({ market: { listings } }: Exchange, state: AccountState): Entry[] {
  const orders = [...state.orders.values()]
    .filter((each) => parentOf(state, each) === undefined)
    .map((order): Entry => ({
      id: orderIdOf(order.id),
      linkId: order.clientId,
      symbol: order.symbol,
      time: order.time,
      isLive: isOpen(order),
      isWaiting: false,
      toRow: () => toOrderRow(state, order, listings.get(order.symbol)),
    }))
  const stops = [...state.conditionals.values()].map((conditional): Entry => {
    const { childId, status, symbol, clientId, time } = conditional
    const child = childId === undefined ? undefined : state.orders.get(childId)
    return {
      id: stopIdOf(conditional),
      linkId: clientId,
      symbol,
      time,
      isLive: child === undefined ? UNDECIDED.includes(status) : isOpen(child),
      isWaiting: status === 'NEW',
      toRow: () => toStopRow(state, conditional, listings.get(symbol)),
    }
  })
  return [...orders, ...stops].toSorted((a, b) => a.time - b.time)
}
