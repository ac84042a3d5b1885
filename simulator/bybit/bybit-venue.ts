import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { readShown } from '../account/shown.ts'
import type { Hits } from '../core/faults.ts'
import { lackRows } from '../core/lack-rows.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { toAccountRoutes } from './account-routes.ts'
import { AddressLimit, BYBIT_ADDRESS_POLICY } from './address-limit.ts'
import { findAccount } from './authorize.ts'
import { BybitError, toBybitError } from './bybit-error.ts'
import { toMarketRoutes, type MarketRoute } from './market-routes.ts'
import { toForbidden, tooMany, toReply, withRoom } from './reply.ts'
import type { AccountRoute, Body, Call } from './route.ts'
import { Symbols } from './symbols.ts'
import { UserLimits } from './user-limits.ts'

/** Bybit v5, linear, over its REST wire: limits by address and account, and what an account may ask. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  private readonly exchange: Exchange
  private readonly limit = new AddressLimit(BYBIT_ADDRESS_POLICY)
  private readonly userLimits = new UserLimits()
  private readonly market: ReadonlyMap<string, MarketRoute>
  private readonly accounts: ReadonlyMap<string, AccountRoute>

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.market = new Map(toMarketRoutes(new Symbols(exchange.market), exchange.clock))
    this.accounts = new Map(toAccountRoutes(exchange))
  }

  owns(path: string): boolean {
    return path.startsWith('/v5/')
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const { clock, accounts } = this.exchange
    const now = clock.now()
    if (!this.limit.admit(request.address, now)) return toForbidden()
    let user: { readonly user?: string } = {}
    try {
      if (hits.reject !== undefined) throw new BybitError(hits.reject.code, hits.reject.msg ?? 'Rejected.')
      const place = `${request.method} ${request.path}`
      const route = this.market.get(place)
      if (route !== undefined) {
        this.exchange.advance()
        const { result, polled } = route(request.query)
        const reply = toReply(0, 'OK', result, now)
        return polled === undefined ? reply : { ...reply, polled }
      }
      if (request.path.startsWith('/v5/market/')) {
        return { status: 404, body: '404 page not found', headers: { 'Content-Type': 'text/plain' } }
      }
      const account = findAccount(request, accounts, now, clock.rate)
      user = { user: account.key }
      this.exchange.advance()
      return { ...this.answerAccount(place, account, request, hits, now), ...user }
    } catch (error) {
      const { code, message } = toBybitError(error)
      return { ...toReply(code, message, {}, now), ...user }
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    const now = this.exchange.clock.now()
    if (kind === 'ban') this.limit.ban(request.address, until)
    if (kind === 'ban' || !this.limit.admit(request.address, now)) return toForbidden()
    return tooMany(now, { limit: 10, left: 0, resetAt: until })
  }

  toFailure(status: number): string {
    const retMsg =
      status === 503 ? 'Request timeout, please try again later' : 'System error. Please try again later.'
    return JSON.stringify({
      retCode: 10016,
      retMsg,
      result: {},
      retExtInfo: {},
      time: this.exchange.clock.now(),
    })
  }

  isBanned(address: string): boolean {
    return this.readUse(address)?.bannedUntil !== undefined
  }

  readUse(address: string): AddressUse | undefined {
    return this.limit.read(address, this.exchange.clock.now())
  }

  reset(): void {
    this.limit.reset()
    this.userLimits.reset()
  }

  private answerAccount(
    place: string,
    account: Account,
    request: VenueRequest,
    hits: Hits,
    now: number,
  ): Reply {
    const route = this.accounts.get(place)
    if (route === undefined) throw new BybitError(10001, `no such endpoint: ${place}`)
    const isRead = request.method === 'GET'
    const body = isRead ? {} : parse(request.body)
    const state = readShown(this.exchange, account, hits, now)
    const room = this.userLimits.take(`${account.key} ${place}`, route.limit, 1, now)
    if (room.taken === 0) return tooMany(now, room)
    return withRoom(this.run(route, { account, state, query: request.query, body, now, hits }, isRead), room)
  }

  private run(route: AccountRoute, call: Call, isRead: boolean): Reply {
    const { hits, now } = call
    try {
      if (hits.unknown?.taken === false) throw outcomeUnknown()
      const result = route.answer(call)
      if (hits.unknown !== undefined) throw outcomeUnknown()
      if (hits.lackRows === undefined || !isRead) return toReply(0, 'OK', result, now)
      return toReply(0, 'OK', lackRows(result, hits.lackRows, toName) as object, now)
    } catch (error) {
      const { code, message } = toBybitError(error)
      return toReply(code, message, {}, now)
    }
  }
}

/** What a row of an account answer is about. */
function toName({ symbol, coin, currency }: Readonly<Record<string, unknown>>): string | undefined {
  const name = [symbol, coin, currency].find((each) => typeof each === 'string' && each !== '')
  return name as string | undefined
}

function parse(text: string): Body {
  let sent: unknown
  try {
    sent = JSON.parse(text)
  } catch {
    throw new BybitError(10001, 'params error: not JSON')
  }
  if (typeof sent !== 'object' || sent === null) throw new BybitError(10001, 'params error: not JSON')
  return sent as Body
}

function outcomeUnknown(): BybitError {
  return new BybitError(10016, 'Request timeout, please try again later')
}
