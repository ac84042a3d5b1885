import type { Clock } from '../core/clock.ts'
import type { Hits } from '../core/faults.ts'
import type { Market } from '../core/market.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { AddressLimit, BYBIT_ADDRESS_POLICY } from './address-limit.ts'
import { toMarketRoutes, type MarketRoute } from './market-routes.ts'
import { RequestError } from './request-error.ts'
import { Symbols } from './symbols.ts'

const PREFIX = '/v5/'

/** Bybit v5, linear contracts, over its REST wire: the public market data. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  private readonly clock: Clock
  private readonly limit = new AddressLimit(BYBIT_ADDRESS_POLICY)
  private readonly routes: ReadonlyMap<string, MarketRoute>

  constructor(market: Market, clock: Clock) {
    this.clock = clock
    this.routes = new Map(toMarketRoutes(new Symbols(market), clock))
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const now = this.clock.now()
    if (!this.limit.admit(request.address, now)) return toForbidden()
    const route = this.routes.get(`${request.method} ${request.path}`)
    if (route === undefined) {
      return { status: 404, body: '404 page not found', headers: { 'Content-Type': 'text/plain' } }
    }
    try {
      if (hits.reject !== undefined) throw new RequestError(hits.reject.code, hits.reject.msg ?? 'Rejected.')
      const { result, polled } = route(request.query)
      const reply = toReply(0, 'OK', result, now)
      return polled === undefined ? reply : { ...reply, polled }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      return toReply(error.code, error.message, {}, now)
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    const now = this.clock.now()
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
    return this.limit.read(address, this.clock.now())
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
