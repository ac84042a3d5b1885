import type { Account } from '../account/account.ts'
import { formatFixed, formatShort } from '../account/fixed.ts'
import { entryPrice } from '../account/position.ts'
import { digitsOf, toConditionalRow, toQueriedRow, toTradeRow } from '../binance/order-rows.ts'
import type { World } from '../http/world.ts'
import { RequestProblem } from './request-problem.ts'

/**
 * An account as it really stands; decimals without trailing zeros, ids as text, oldest first; of orders, trades and
 * income the latest `limit`, or all.
 */
export function toAccountTruth({ exchange, clock }: World, query: URLSearchParams): object {
  const account = exchange.accounts.find(query.get('key') ?? '')
  if (account === undefined)
    throw new RequestProblem(`expected the key of an account, found "${query.get('key')}"`)
  exchange.advance()
  const digits = (symbol: string) => digitsOf(exchange.market.listings.get(symbol))
  const limit = Number(query.get('limit') ?? Infinity)
  const latest = <T>(rows: readonly T[]) => (rows.length <= limit ? rows : rows.slice(-limit))
  const orders = latest([...account.orders.values()])
  return {
    now: clock.now(),
    dualSidePosition: account.isHedged,
    multiAssetsMargin: account.isMultiAssets,
    balances: toBalances(account),
    positions: toPositions(account),
    openOrders: [...account.openOrders.values()].map((each) => toQueriedRow(each, digits(each.symbol))),
    openAlgoOrders: [...account.conditionals.values()]
      .filter((each) => each.status === 'NEW')
      .map((each) => toConditionalRow(each, undefined, digits(each.symbol))),
    orders: orders.map((each) => toQueriedRow(each, digits(each.symbol))),
    algoOrders: latest([...account.conditionals.values()]).map((each) =>
      toConditionalRow(
        each,
        each.childId === undefined ? undefined : account.orders.get(each.childId),
        digits(each.symbol),
      ),
    ),
    trades: latest(account.trades).map((each) => toTradeRow(each, digits(each.symbol))),
    income: latest(account.income).map(({ type, symbol, asset, amount, time, id, tradeId }) => ({
      type,
      symbol,
      asset,
      amount: formatFixed(amount),
      time,
      id,
      tradeId,
    })),
  }
}

function toBalances(account: Account): object {
  return Object.fromEntries(
    [...account.wallets.values()].map(({ asset, balance, updateTime }) => [
      asset,
      { balance: formatShort(balance), updateTime },
    ]),
  )
}

/** Every position the account ever had, closed ones with size 0. */
function toPositions(account: Account): object[] {
  return [...account.positions.values()].map((each) => ({
    symbol: each.symbol,
    side: each.side,
    size: formatShort(each.size),
    entryPrice: formatShort(entryPrice(each)),
    realized: formatShort(each.realized),
    updateTime: each.updateTime,
  }))
}
