import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { readShown } from '../account/shown.ts'
import type { Hits } from '../core/faults.ts'
import { lackRows } from '../core/lack-rows.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { toAccountRoutes } from './account-routes.ts'
import { AddressLimit, BYBIT_ADDRESS_POLICY } from './address-limit.ts'
import { findAccount } from './authorize.ts'
import { toBatchRoutes } from './batch-routes.ts'
import { BybitError, invalidParameter, toBybitError } from './bybit-error.ts'
import { toMarketRoutes, type MarketRoute } from './market-routes.ts'
import { toForbidden, tooMany, toReply, withRoom } from './reply.ts'
import type { AccountRoute, BatchRoute, Body, Call } from './route.ts'
import { Symbols } from './symbols.ts'
import { UserLimits } from './user-limits.ts'

const MOST_IN_BATCH = 20

/** Bybit v5, linear, over its REST wire: limits by address and account, and what an account may ask. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  private readonly exchange: Exchange
  private readonly limit = new AddressLimit(BYBIT_ADDRESS_POLICY)
  private readonly userLimits = new UserLimits()
  private readonly market: ReadonlyMap<string, MarketRoute>
  private readonly accounts: ReadonlyMap<string, AccountRoute>
  private readonly batches: ReadonlyMap<string, BatchRoute>

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.market = new Map(toMarketRoutes(new Symbols(exchange.market), exchange.clock))
    this.accounts = new Map(toAccountRoutes(exchange))
    this.batches = new Map(toBatchRoutes(exchange))
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
    const { query, method } = request
    const sent = method === 'GET' ? {} : parse(request.body)
    const state = readShown(this.exchange, account, hits, now)
    const call: Call = { account, state, query, body: sent, now, hits }
    const batch = this.batches.get(place)
    const route = this.accounts.get(place)
    if (batch === undefined && route === undefined) throw new BybitError(10001, `no such endpoint: ${place}`)
    const bodies = batch === undefined ? [sent] : readBatch(sent)
    const limit = (batch ?? route!).limit
    const room = this.userLimits.take(`${account.key} ${place}`, limit, bodies.length, now)
    if (room.taken === 0) return tooMany(now, room)
    const run = () =>
      batch === undefined ? answerOne(route!, call) : answerBatch(batch, call, bodies, room.taken)
    const reply = withRoom(
      orError(() => keepUnknown(hits, run), now),
      room,
    )
    return room.taken < bodies.length ? { ...reply, overLimit: 'user' } : reply
  }
}

function answerOne(route: AccountRoute, call: Call): Reply {
  const { hits, now } = call
  const result = route.answer(call)
  const shown = hits.lackRows === undefined ? result : lackRows(result, hits.lackRows, toName)
  return toReply(0, 'OK', shown as object, now)
}

/** Each order by itself, with its own code; those beyond the limit are refused. */
function answerBatch(batch: BatchRoute, call: Call, bodies: readonly Body[], within: number): Reply {
  const outcomes = bodies.map((body, i) => {
    if (i >= within) return { row: batch.refused(body), code: 10006, msg: 'Too many visits!' }
    try {
      return { row: batch.answer({ ...call, body }), code: 0, msg: 'OK' }
    } catch (error) {
      const { code, message } = toBybitError(error)
      return { row: batch.refused(body), code, msg: message }
    }
  })
  const codes = { list: outcomes.map(({ code, msg }) => ({ code, msg })) }
  return toReply(0, 'OK', { list: outcomes.map(({ row }) => row) }, call.now, codes)
}

/** What is asked for, with the outcome told or, by the fault `unknown`, not. */
function keepUnknown({ unknown }: Hits, run: () => Reply): Reply {
  if (unknown?.taken === false) throw outcomeUnknown()
  const reply = run()
  if (unknown !== undefined) throw outcomeUnknown()
  return reply
}

function orError(run: () => Reply, now: number): Reply {
  try {
    return run()
  } catch (error) {
    const { code, message } = toBybitError(error)
    return toReply(code, message, {}, now)
  }
}

function readBatch(sent: Readonly<Record<string, unknown>>): Body[] {
  const { request } = sent
  const isBatch = Array.isArray(request) && request.every((each) => typeof each === 'object' && each !== null)
  if (!isBatch || request.length < 1 || request.length > MOST_IN_BATCH) throw invalidParameter('request')
  return request as Body[]
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
