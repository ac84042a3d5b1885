import type { Exchange } from '../account/exchange.ts'
import type { Hits } from '../core/faults.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { toAccountRoutes, type AccountRoute } from './account-routes.ts'
import { findAccount } from './authorize.ts'
import { AddressLimit, BYBIT_ADDRESS_POLICY } from './address-limit.ts'
import { toMarketRoutes, type MarketRoute } from './market-routes.ts'
import { RequestError } from './request-error.ts'
import { Symbols } from './symbols.ts'

const PREFIX = '/v5/'

/** Bybit v5, linear contracts, over its REST wire: market data and what reads an account. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  private readonly exchange: Exchange
  private readonly limit = new AddressLimit(BYBIT_ADDRESS_POLICY)
  private readonly routes: ReadonlyMap<string, MarketRoute>
  private readonly accountRoutes: ReadonlyMap<string, AccountRoute>

  constructor(exchange: Exchange) {
    this.exchange = exchange
    const symbols = new Symbols(exchange.market)
    this.routes = new Map(toMarketRoutes(symbols, exchange.clock))
    this.accountRoutes = new Map(toAccountRoutes(exchange, symbols))
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const now = this.exchange.clock.now()
    if (!this.limit.admit(request.address, now)) return toForbidden()
    const place = `${request.method} ${request.path}`
    const [route, accountRoute] = [this.routes.get(place), this.accountRoutes.get(place)]
    if (route === undefined && accountRoute === undefined) {
      return { status: 404, body: '404 page not found', headers: { 'Content-Type': 'text/plain' } }
    }
    try {
      if (hits.reject !== undefined) throw new RequestError(hits.reject.code, hits.reject.msg ?? 'Rejected.')
      if (accountRoute !== undefined) {
        return toReply(0, 'OK', this.answerAccount(accountRoute, request, hits, now), now)
      }
      const { result, polled } = route!(request.query)
      const reply = toReply(0, 'OK', result, now)
      return polled === undefined ? reply : { ...reply, polled }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      return toReply(error.code, error.message, {}, now)
    }
  }

  private answerAccount(route: AccountRoute, request: VenueRequest, hits: Hits, now: number): object {
    const { accounts, past, clock } = this.exchange
    const account = findAccount(request, accounts, now, clock.rate)
    this.exchange.advance()
    const shownAt = hits.freeze?.since ?? (hits.lag === undefined ? undefined : now - hits.lag.ms)
    const state = shownAt === undefined ? account : past.read(account, shownAt)
    return route({ query: request.query, account, state, now })
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    const now = this.exchange.clock.now()
    if (kind === 'ban') this.limit.ban(request.address, until)
    if (kind === 'ban' || !this.limit.admit(request.address, now)) return toForbidden()
    const reply = toReply(10006, 'Too many visits!', {}, now)
    const limits = {
      'X-Bapi-Limit': '10',
      'X-Bapi-Limit-Status': '0',
      'X-Bapi-Limit-Reset-Timestamp': String(until),
    }
    return { ...reply, headers: { ...reply.headers, ...limits } }
  }

  isBanned(address: string): boolean {
    return this.readUse(address)?.bannedUntil !== undefined
  }

  readUse(address: string): AddressUse | undefined {
    return this.limit.read(address, this.exchange.clock.now())
  }

  reset(): void {
    this.limit.reset()
  }
}

function toReply(retCode: number, retMsg: string, result: object, time: number): Reply {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo: {}, time })
  return { status: 200, body, headers: { 'Content-Type': 'application/json; charset=utf-8' } }
}

/** The venue's edge answers this, not its API: no JSON, no Retry-After. */
function toForbidden(): Reply {
  const body =
    '<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n' +
    '<center><h1>403 Forbidden</h1></center>\r\naccess too frequent\r\n</body>\r\n</html>\r\n'
  return { status: 403, body, headers: { 'Content-Type': 'text/html' } }
}
