import { readLeverage, readPosition, type AccountState } from '../account/account.ts'
import { isWaiting } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { isOpen } from '../account/order.ts'
import { hides } from '../account/shown.ts'
import { sidesOf } from '../binance/position-rows.ts'
import { readInstrument } from './contracts.ts'
import { OkxError, wrongParameter } from './okx-error.ts'
import { findAlgo, findOrder } from './orders.ts'
import { readPage } from './pages.ts'
import { readText } from './parameters.ts'
import type { AccountRoute, AccountRoutes, Call } from './route.ts'
import {
  algoIdOf,
  billIdOf,
  billTypeOf,
  toAccountRow,
  toAlgoRow,
  toBillRow,
  toFillRow,
  toOrderRow,
  toPositionRow,
} from './rows.ts'
import type { Scope } from './span-limits.ts'

const MOST_NAMED = 10

/** What is read of an account, and how often it may be. https://www.okx.com/docs-v5/en/#trading-account-rest-api */
export function toAccountRoutes({ market }: Exchange): AccountRoutes {
  const route = (limit: number, answer: AccountRoute['answer'], scope: Scope = 'user'): AccountRoute => ({
    limit,
    scope,
    answer,
  })

  /** Whether a row is of one of the instruments that are named, if any is. */
  function wanted({ query }: Call): (row: { readonly symbol: string }) => boolean {
    const symbols = symbolsIn(query)
    return symbols.length === 0 ? () => true : ({ symbol }) => symbols.includes(symbol)
  }

  function symbolsIn(query: URLSearchParams): string[] {
    const named = (query.get('instId') ?? '').split(',').filter((each) => each !== '')
    if (named.length > MOST_NAMED) throw wrongParameter('instId')
    return named.map((each) => readInstrument(market, each).symbol)
  }

  function fills(call: Call) {
    const { state, query } = call
    const id = query.get('ordId') ?? ''
    const isOfSymbol = wanted(call)
    const listed = {
      all: state.trades,
      id: (each: (typeof state.trades)[number]) => String(each.id),
      isWanted: (each: (typeof state.trades)[number]) =>
        isOfSymbol(each) && (id === '' || String(each.orderId) === id),
      time: (each: (typeof state.trades)[number]) => each.time,
    }
    return readPage(listed, query).map((each) => toFillRow(state, market, each))
  }

  function bills({ state, query }: Call) {
    const [type, ccy] = ['type', 'ccy'].map((name) => query.get(name) ?? '')
    const listed = {
      all: state.income,
      id: billIdOf,
      isWanted: (each: (typeof state.income)[number]) =>
        (type === '' || billTypeOf(each) === type) && (ccy === '' || each.asset === ccy),
      time: (each: (typeof state.income)[number]) => each.time,
    }
    return readPage(listed, query).map((each) => toBillRow(market, each))
  }

  return [
    [
      'GET account/config',
      route(5, ({ account, state }) => [
        {
          acctLv: '2',
          posMode: state.isHedged ? 'long_short_mode' : 'net_mode',
          perm: account.canTrade ? 'read_only,trade' : 'read_only',
        },
      ]),
    ],
    ['GET account/balance', route(10, ({ state, now }) => [toAccountRow(state, market, now)])],
    [
      'GET account/positions',
      route(10, ({ state, query, now }) =>
        positions(state, symbolsIn(query)).map((each) => toPositionRow(state, market, each, now)),
      ),
    ],
    // By the second, unlike the others.
    ['GET account/bills', { ...route(5, bills), spanMs: 1000 }],
    ['GET account/bills-archive', route(5, bills)],
    [
      'GET account/leverage-info',
      route(20, ({ state, query }) => {
        const instId = readText(query, 'instId')
        const { symbol } = readInstrument(market, instId)
        const common = { instId, mgnMode: 'cross', lever: String(readLeverage(state, symbol)) }
        return sidesOf(state).map((side) => ({
          ...common,
          posSide: side === 'BOTH' ? 'net' : side.toLowerCase(),
        }))
      }),
    ],
    [
      'GET trade/order',
      route(
        60,
        (call) => {
          const order = findOrder(call.state, Object.fromEntries(call.query))
          if (order === undefined || hides(call.hits, call.now, order)) throw noSuchOrder()
          return [toOrderRow(call.state, market, order)]
        },
        'userInstrument',
      ),
    ],
    [
      'GET trade/order-algo',
      route(20, (call) => {
        const found = findAlgo(call.state, Object.fromEntries(call.query))
        if (found === undefined || hides(call.hits, call.now, found)) throw noSuchOrder()
        return [toAlgoRow(market, found)]
      }),
    ],
    [
      'GET trade/orders-pending',
      route(60, (call) => {
        const isOfSymbol = wanted(call)
        const { orders, openOrders } = call.state
        const listed = {
          all: [...orders.values()],
          id: (each: { readonly id: bigint }) => String(each.id),
          isWanted: (each: { readonly id: bigint; readonly symbol: string }) =>
            openOrders.has(each.id) && isOfSymbol(each),
        }
        return readPage(listed, call.query).map((each) => toOrderRow(call.state, market, each))
      }),
    ],
    [
      'GET trade/orders-history',
      route(40, (call) => {
        readText(call.query, 'instType')
        const isOfSymbol = wanted(call)
        const all = [...call.state.orders.values()]
        const listed = {
          all,
          id: (each: (typeof all)[number]) => String(each.id),
          isWanted: (each: (typeof all)[number]) => isOfSymbol(each) && !isOpen(each),
          time: (each: (typeof all)[number]) => each.time,
        }
        return readPage(listed, call.query).map((each) => toOrderRow(call.state, market, each))
      }),
    ],
    [
      'GET trade/orders-algo-pending',
      route(20, (call) => {
        readText(call.query, 'ordType')
        const isOfSymbol = wanted(call)
        const all = [...call.state.conditionals.values()]
        const listed = {
          all,
          id: algoIdOf,
          isWanted: (each: (typeof all)[number]) => isOfSymbol(each) && isWaiting(each),
        }
        return readPage(listed, call.query).map((each) => toAlgoRow(market, each))
      }),
    ],
    ['GET trade/fills', route(60, fills)],
    ['GET trade/fills-history', route(10, fills)],
  ]
}

/** Of all instruments the positions that are held; of some those that ever were. */
function positions(state: AccountState, symbols: readonly string[]) {
  if (symbols.length === 0) return [...state.positions.values()].filter((each) => each.size !== 0n)
  return symbols
    .flatMap((symbol) => sidesOf(state).map((side) => readPosition(state, symbol, side)))
    .filter((each) => each.updateTime !== 0)
}

function noSuchOrder(): OkxError {
  return new OkxError('51603', 'Order does not exist')
}
