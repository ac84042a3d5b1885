import { readLeverage, type AccountState } from '../account/account.ts'
import { bracketsOf, mostNotional } from '../account/brackets.ts'
import type { Exchange } from '../account/exchange.ts'
import type { Listing } from '../core/listing.ts'
import type { ListenKeys } from './listen-keys.ts'
import type { OrderCounts } from './order-counts.ts'
import { signed } from './order-routes.ts'
import { readInteger, readOptionalSymbol, readSymbol } from './parameters.ts'
import { RequestError, invalidParameter, missingParameter } from './request-error.ts'
import { weighing, type AccountRoute, type Routes } from './route.ts'

const DONE = { code: 200, msg: 'success' }

/** How an account is set up: modes, leverage, margin types, the key of its stream. */
export function toSettingsRoutes(exchange: Exchange, listenKeys: ListenKeys, counts: OrderCounts): Routes {
  const { market } = exchange
  const routes: Record<string, AccountRoute> = {
    'GET /fapi/v1/positionSide/dual': signed(weighing(30), ({ state }) => ({
      dualSidePosition: state.isHedged,
    })),
    'POST /fapi/v1/positionSide/dual': {
      ...signed(weighing(1), ({ account, parameters }) => {
        const wanted = readFlag(parameters, 'dualSidePosition')
        if (wanted === account.isHedged) throw new RequestError(-4059, 'No need to change position side.')
        if (hasOpenOrders(account)) {
          throw new RequestError(-4067, 'Position side cannot be changed if there exists open orders.')
        }
        if (hasPosition(account)) {
          throw new RequestError(-4068, 'Position side cannot be changed if there exists position.')
        }
        account.isHedged = wanted
        return DONE
      }),
      needsTrading: true,
    },
    'GET /fapi/v1/multiAssetsMargin': signed(weighing(30), ({ state }) => ({
      multiAssetsMargin: state.isMultiAssets,
    })),
    'POST /fapi/v1/leverage': {
      ...signed(weighing(1), ({ account, parameters }) => {
        const listing = readSymbol(parameters, market)
        const leverage = readInteger(parameters, 'leverage')
        if (leverage === undefined) throw missingParameter('leverage')
        if (leverage < 1 || leverage > bracketsOf(listing)[0]!.maxLeverage) {
          throw new RequestError(-4028, `Leverage ${leverage} is not valid`)
        }
        exchange.setLeverage(account, listing.symbol, leverage)
        const maxNotionalValue = String(mostNotional(listing, leverage))
        return { symbol: listing.symbol, leverage, maxNotionalValue }
      }),
      needsTrading: true,
    },
    'POST /fapi/v1/marginType': {
      ...signed(weighing(1), ({ account, parameters }) => {
        const { symbol } = readSymbol(parameters, market)
        const sent = parameters.get('marginType')
        if (sent !== 'ISOLATED' && sent !== 'CROSSED') throw invalidParameter('marginType')
        const wanted = sent === 'ISOLATED' ? 'isolated' : 'cross'
        if ((account.marginTypes.get(symbol) ?? 'cross') === wanted) {
          throw new RequestError(-4046, 'No need to change margin type.')
        }
        if (hasOpenOrders(account, symbol)) {
          throw new RequestError(-4047, 'Margin type cannot be changed if there exists open orders.')
        }
        if (hasPosition(account, symbol)) {
          throw new RequestError(-4048, 'Margin type cannot be changed if there exists position.')
        }
        account.marginTypes.set(symbol, wanted)
        return DONE
      }),
      needsTrading: true,
    },
    'GET /fapi/v1/symbolConfig': signed(weighing(5), ({ parameters, state }) => {
      const listing = readOptionalSymbol(parameters, market)
      const listings = listing === undefined ? [...market.listings.values()] : [listing]
      return listings.map((each) => toConfigRow(state, each))
    }),
    'GET /fapi/v1/accountConfig': signed(weighing(5), ({ account, state }) => ({
      feeTier: 0,
      canTrade: account.canTrade,
      canDeposit: true,
      canWithdraw: true,
      dualSidePosition: state.isHedged,
      updateTime: 0,
      multiAssetsMargin: state.isMultiAssets,
      tradeGroupId: -1,
    })),
    'GET /fapi/v1/rateLimit/order': signed(weighing(1), ({ account, now }) =>
      counts.usedOf(account, now).map(({ limit, lengthMs, used }) => ({
        rateLimitType: 'ORDERS',
        interval: lengthMs === 60_000 ? 'MINUTE' : 'SECOND',
        intervalNum: lengthMs === 60_000 ? 1 : lengthMs / 1000,
        limit,
        count: used,
      })),
    ),
    'POST /fapi/v1/listenKey': byKey(({ account, now }) => ({ listenKey: listenKeys.open(account, now) })),
    'PUT /fapi/v1/listenKey': byKey(({ account, now }) => ({ listenKey: listenKeys.renew(account, now) })),
    'DELETE /fapi/v1/listenKey': byKey(({ account, now }) => {
      listenKeys.close(account, now)
      return {}
    }),
  }
  return Object.entries(routes)
}

function byKey(answer: AccountRoute['answer']): AccountRoute {
  return { access: 'key', weigh: weighing(1), answer }
}

function toConfigRow(state: AccountState, listing: Listing) {
  const leverage = readLeverage(state, listing.symbol)
  return {
    symbol: listing.symbol,
    marginType: state.marginTypes.get(listing.symbol) === 'isolated' ? 'ISOLATED' : 'CROSSED',
    isAutoAddMargin: false,
    leverage,
    maxNotionalValue: String(mostNotional(listing, leverage)),
  }
}

function readFlag(parameters: URLSearchParams, name: string): boolean {
  const text = (parameters.get(name) ?? '').toLowerCase()
  if (text === '') throw missingParameter(name)
  if (text !== 'true' && text !== 'false') throw invalidParameter(name)
  return text === 'true'
}

function hasOpenOrders(state: AccountState, symbol?: string): boolean {
  const ofSymbol = (each: { readonly symbol: string }) => symbol === undefined || each.symbol === symbol
  return (
    [...state.openOrders.values()].some(ofSymbol) ||
    [...state.conditionals.values()].some((each) => each.status === 'NEW' && ofSymbol(each))
  )
}

function hasPosition(state: AccountState, symbol?: string): boolean {
  return [...state.positions.values()].some(
    (each) => each.size !== 0n && (symbol === undefined || each.symbol === symbol),
  )
}
