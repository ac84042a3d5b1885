import type { Income, IncomeType } from '../account/account.ts'
import { bracketsOf } from '../account/brackets.ts'
import type { Exchange } from '../account/exchange.ts'
import { formatFixed } from '../account/fixed.ts'
import { feeRates } from '../account/ledger.ts'
import { readMark } from '../account/marks.ts'
import type { Listing } from '../core/listing.ts'
import { toAccount, toBalances, toOldAccount } from './account-rows.ts'
import { readNumbers } from './find-order.ts'
import { signed } from './order-routes.ts'
import { digitsOf, toTradeRow } from './order-rows.ts'
import { readInteger, readOptionalSymbol, readSymbol } from './parameters.ts'
import {
  toActivePositions,
  toAssetMargins,
  toOldRiskRow,
  toPositions,
  toRiskRow,
  type Shown,
} from './position-rows.ts'
import { weighing, type AccountRoute, type Call, type Routes } from './route.ts'

const WEEK_MS = 7 * 86_400_000

/** What is read of an account. https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api */
export function toAccountRoutes(exchange: Exchange): Routes {
  const { market } = exchange

  function show({ state, now }: Call): Shown {
    return { state, listings: market.listings, readMark: (listing) => readMark(listing, now) }
  }

  /** One symbol's rows, or every symbol's. */
  function listingsOf(call: Call): Listing[] {
    const listing = readOptionalSymbol(call.parameters, market)
    return listing === undefined ? [...market.listings.values()] : [listing]
  }

  const balances = signed(weighing(5), (call) => toBalances(show(call)))
  const routes: Record<string, AccountRoute> = {
    'GET /fapi/v3/account': signed(weighing(5), (call) => toAccount(show(call))),
    'GET /fapi/v2/account': signed(weighing(5), (call) => toOldAccount(show(call), call.account.canTrade)),
    'GET /fapi/v3/balance': balances,
    'GET /fapi/v2/balance': balances,
    'GET /fapi/v3/positionRisk': signed(weighing(5), (call) => {
      const symbol = readOptionalSymbol(call.parameters, market)?.symbol
      const shown = show(call)
      const margins = toAssetMargins(shown)
      return toActivePositions(shown)
        .filter(({ listing }) => symbol === undefined || listing.symbol === symbol)
        .map((each) => toRiskRow(each, margins))
    }),
    'GET /fapi/v2/positionRisk': signed(weighing(5), (call) => {
      const shown = show(call)
      const margins = toAssetMargins(shown)
      return listingsOf(call).flatMap((listing) =>
        toPositions(shown, listing).map((each) => toOldRiskRow(each, margins)),
      )
    }),
    'GET /fapi/v1/userTrades': signed(weighing(5), (call) => {
      const { symbol } = readSymbol(call.parameters, market)
      const { orderId, from, to, limit } = readNumbers(call.parameters, 500, 1000)
      const fromId = readInteger(call.parameters, 'fromId')
      const until = to ?? (from === undefined ? undefined : from + WEEK_MS)
      const found = call.state.trades.filter(
        (each) =>
          each.symbol === symbol &&
          (orderId === undefined || each.orderId === orderId) &&
          (fromId === undefined || each.id >= fromId) &&
          (from === undefined || each.time >= from) &&
          (until === undefined || each.time <= until),
      )
      const isOnwards = fromId !== undefined || from !== undefined
      const rows = isOnwards ? found.slice(0, limit) : found.slice(-limit)
      return rows.map((each) => toTradeRow(each, digitsOf(market.listings.get(symbol))))
    }),
    'GET /fapi/v1/income': signed(weighing(30), readIncome),
    'GET /fapi/v1/commissionRate': signed(weighing(20), (call) => ({
      symbol: readSymbol(call.parameters, market).symbol,
      makerCommissionRate: formatFixed(feeRates.maker, 6),
      takerCommissionRate: formatFixed(feeRates.taker, 6),
      rpiCommissionRate: '0',
    })),
    'GET /fapi/v1/leverageBracket': signed(weighing(1), (call) => listingsOf(call).map(toBracketRow)),
    'GET /fapi/v1/adlQuantile': signed(weighing(5), (call) =>
      toActivePositions(show(call)).map(({ position }) => ({
        symbol: position.symbol,
        adlQuantile: { [position.side]: position.size === 0n ? 0 : 2 },
      })),
    ),
  }
  return Object.entries(routes)
}

/** Without times the latest rows of a week; always oldest first. */
function readIncome({ parameters, state, now }: Call) {
  const { from, to, limit } = readNumbers(parameters, 100, 1000)
  const symbol = parameters.get('symbol') ?? ''
  const type = parameters.get('incomeType') ?? ''
  const page = Math.max(1, readInteger(parameters, 'page') ?? 1)
  const since = from ?? (to === undefined ? now : to) - WEEK_MS
  const found = state.income.filter(
    (each) =>
      each.time >= since &&
      (to === undefined || each.time <= to) &&
      (symbol === '' || each.symbol === symbol) &&
      (type === '' || each.type === (type as IncomeType)),
  )
  const rows =
    from === undefined && page === 1
      ? found.slice(-limit)
      : found.slice((page - 1) * limit, (page - 1) * limit + limit)
  return rows.map(toIncomeRow)
}

function toIncomeRow({ type, symbol, asset, amount, time, id, tradeId }: Income) {
  const trade = tradeId === undefined ? '' : String(tradeId)
  return {
    symbol,
    incomeType: type,
    income: formatFixed(amount),
    asset,
    info: trade === '' ? type : trade,
    time,
    tranId: id,
    tradeId: trade,
  }
}

function toBracketRow(listing: Listing) {
  return {
    symbol: listing.symbol,
    notionalCoef: 1,
    brackets: bracketsOf(listing).map((each, index) => ({
      bracket: index + 1,
      initialLeverage: each.maxLeverage,
      notionalCap: each.cap,
      notionalFloor: each.floor,
      maintMarginRatio: Number(formatFixed(each.maintenance)),
      cum: Number(formatFixed(each.deduction)),
    })),
  }
}
