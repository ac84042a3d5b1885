import { readPosition } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import type { Position } from '../account/position.ts'
import { sidesOf } from '../binance/position-rows.ts'
import { readSymbol } from './market-routes.ts'
import { listOrders, missingSymbol } from './order-lists.ts'
import { cancelAll, cancelOrder, createOrder } from './orders.ts'
import { readPage, readSpan } from './pages.ts'
import type { AccountRoute, AccountRoutes, Call } from './route.ts'
import { setLeverage, switchMode } from './settings.ts'
import { setTradingStop } from './trading-stop.ts'
import { logIdOf, toLogRow, toPositionRow, toTradeRow, toWalletRow, tradeIdOf } from './rows.ts'

/** What an account is asked, and how often in a second. https://bybit-exchange.github.io/docs/v5/rate-limit */
export function toAccountRoutes(exchange: Exchange): AccountRoutes {
  const { market } = exchange
  const route = (limit: number, answer: AccountRoute['answer']): AccountRoute => ({ limit, answer })

  function listPositions({ query, state, now }: Call) {
    const symbol = query.get('symbol')
    const settleCoin = query.get('settleCoin')
    if (symbol === null && settleCoin === null) throw missingSymbol()
    // Both sides of a symbol, flat or not; of all symbols those that are held.
    const all =
      symbol === null
        ? [...state.positions.values()]
        : sidesOf(state).map((side) => readPosition(state, readSymbol(market, symbol).symbol, side))
    const listed = {
      all: all.toReversed(),
      id: (each: Position) => `${each.symbol}-${each.side}`,
      time: (each: Position) => each.updateTime,
      isWanted: (each: Position) =>
        symbol !== null || (each.size !== 0n && each.symbol.endsWith(settleCoin ?? '')),
      usual: 20,
      most: 200,
    }
    const { rows, nextPageCursor } = readPage(listed, query)
    const list = rows.map((each) => toPositionRow(state, market, each, now))
    return { category: 'linear', list, nextPageCursor }
  }

  /** Newest first, of a symbol or of all. */
  function listRows<T extends { readonly time: number; readonly symbol: string }>(
    { query, now }: Call,
    all: readonly T[],
    id: (row: T) => string,
    most: { usual: number; most: number },
    isWanted: (row: T) => boolean = () => true,
  ) {
    const { from, to } = readSpan(query, now)
    const symbol = query.get('symbol')
    const isShown = (each: T) =>
      each.time >= from && each.time <= to && (symbol === null || each.symbol === symbol) && isWanted(each)
    return readPage({ all, id, time: (each) => each.time, isWanted: isShown, ...most }, query)
  }

  return [
    [
      'GET /v5/account/info',
      route(10, ({ now }) => ({
        marginMode: 'REGULAR_MARGIN',
        unifiedMarginStatus: 6,
        updatedTime: String(now),
      })),
    ],
    [
      'GET /v5/user/query-api',
      route(10, ({ account }) => ({
        apiKey: account.key,
        readOnly: account.canTrade ? 0 : 1,
        unified: 0,
        uta: 1,
      })),
    ],
    [
      'GET /v5/account/wallet-balance',
      route(50, ({ state, now }) => ({ list: [toWalletRow(state, market, now)] })),
    ],
    ['GET /v5/position/list', route(50, listPositions)],
    ['GET /v5/order/realtime', route(50, (call) => listOrders(exchange, call, false))],
    ['GET /v5/order/history', route(50, (call) => listOrders(exchange, call, true))],
    [
      'GET /v5/execution/list',
      route(50, (call) => {
        const { state, query } = call
        const orderId = query.get('orderId')
        const { rows, nextPageCursor } = listRows(
          call,
          state.trades,
          tradeIdOf,
          { usual: 50, most: 100 },
          (each) => orderId === null || toTradeRow(state, each).orderId === orderId,
        )
        return { category: 'linear', list: rows.map((each) => toTradeRow(state, each)), nextPageCursor }
      }),
    ],
    [
      'GET /v5/account/transaction-log',
      route(50, (call) => {
        const currency = call.query.get('currency')
        const { rows, nextPageCursor } = listRows(
          call,
          call.state.income,
          logIdOf,
          { usual: 20, most: 50 },
          (each) => currency === null || each.asset === currency,
        )
        return { list: rows.map(toLogRow), nextPageCursor }
      }),
    ],
    ['POST /v5/order/create', route(10, (call) => createOrder(exchange, call))],
    ['POST /v5/order/cancel', route(10, (call) => cancelOrder(exchange, call))],
    ['POST /v5/order/cancel-all', route(10, (call) => cancelAll(exchange, call))],
    ['POST /v5/position/trading-stop', route(10, (call) => setTradingStop(exchange, call))],
    ['POST /v5/position/switch-mode', route(10, (call) => switchMode(exchange, call))],
    ['POST /v5/position/set-leverage', route(10, (call) => setLeverage(exchange, call))],
  ]
}
