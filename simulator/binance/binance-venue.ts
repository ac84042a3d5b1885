import type { Exchange } from '../account/exchange.ts'
import { readShown } from '../account/shown.ts'
import type { Hits } from '../core/faults.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { WeightWindows, type Refusal, type WeightPolicy } from '../core/weight-windows.ts'
import { toAccountRoutes } from './account-routes.ts'
import { checkSigned, findAccount, notPermitted } from './authorize.ts'
import { toConditionalRoutes } from './conditional-routes.ts'
import { encode } from '../core/encode.ts'
import { lackRows } from '../core/lack-rows.ts'
import type { ListenKeys } from './listen-keys.ts'
import { toMarketRoutes } from './market-routes.ts'
import { OrderCounts, TooManyOrders } from './order-counts.ts'
import { toOrderRoutes } from './order-routes.ts'
import { RequestError } from './request-error.ts'
import type { AccountRoute, Route } from './route.ts'
import { toSettingsRoutes } from './settings-routes.ts'

const PREFIX = '/fapi/'
const JSON_TYPE = 'application/json;charset=UTF-8'

/** Binance USDⓈ-M over its REST wire. */
export class BinanceVenue implements Venue {
  readonly name = 'binanceusdm'
  private readonly exchange: Exchange
  private readonly policy: WeightPolicy
  private readonly windows: WeightWindows
  private readonly counts = new OrderCounts()
  private readonly routes: ReadonlyMap<string, Route>

  constructor(exchange: Exchange, policy: WeightPolicy, listenKeys: ListenKeys) {
    this.exchange = exchange
    this.policy = policy
    this.windows = new WeightWindows(policy)
    this.routes = new Map<string, Route>([
      ...toMarketRoutes(exchange.market, exchange.clock, policy.limit),
      ...toOrderRoutes(exchange),
      ...toConditionalRoutes(exchange),
      ...toAccountRoutes(exchange),
      ...toSettingsRoutes(exchange, listenKeys, this.counts),
    ])
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const now = this.exchange.clock.now()
    const { method, path } = request
    const route = this.routes.get(`${method} ${path}`)
    const parameters = toParameters(request)
    const verdict = this.windows.admit(request.address, route?.weigh(parameters) ?? 1, now)
    if (verdict.kind !== 'admitted') return this.toRefusal(request.address, verdict)
    const headers: Record<string, string> = { 'X-MBX-USED-WEIGHT-1M': String(verdict.usedWeight) }
    if (route === undefined) return toError(404, -5000, `Path ${path}, Method ${method} is invalid`, headers)
    const user = this.exchange.accounts.find(String(request.headers['x-mbx-apikey']))?.key
    const by = route.access === 'open' || user === undefined ? {} : { user }
    try {
      if (hits.reject !== undefined) {
        const { code, msg = 'Rejected.', status } = hits.reject
        throw new RequestError(code, msg, status)
      }
      if (route.access === 'open') {
        const { body, polled } = route.answer(parameters)
        const whole = { status: 200, body, headers: { 'Content-Type': JSON_TYPE, ...headers } }
        return polled === undefined ? whole : { ...whole, polled }
      }
      const body = encode(this.answerAccount(route, request, parameters, hits, now, headers))
      return { status: 200, body, headers: { 'Content-Type': JSON_TYPE, ...headers }, ...by }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      const refused = toError(error.status, error.code, error.message, headers)
      return error instanceof TooManyOrders ? { ...refused, ...by, overLimit: 'user' } : { ...refused, ...by }
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    const now = this.exchange.clock.now()
    if (kind === 'ban') return this.toRefusal(request.address, this.windows.ban(request.address, now, until))
    const weight = this.routes.get(`${request.method} ${request.path}`)?.weigh(toParameters(request)) ?? 1
    return this.toRefusal(request.address, this.windows.refuseUntil(request.address, weight, now, until))
  }

  /** A 503 with the first of these texts leaves the outcome of an order unknown. */
  toFailure(status: number): string {
    return status === 503
      ? toText(-1000, 'Unknown error, please check your request or try again later.')
      : toText(-1001, 'Internal error; unable to process your request. Please try again.')
  }

  isBanned(address: string): boolean {
    return this.readUse(address)?.bannedUntil !== undefined
  }

  readUse(address: string): AddressUse | undefined {
    return this.windows.read(address, this.exchange.clock.now())
  }

  reset(): void {
    this.windows.reset()
    this.counts.reset()
  }

  /** Adds the order counts to `headers`. */
  private answerAccount(
    route: AccountRoute,
    request: VenueRequest,
    parameters: URLSearchParams,
    hits: Hits,
    now: number,
    headers: Record<string, string>,
  ): unknown {
    const { accounts, clock } = this.exchange
    const account = findAccount(request, accounts)
    if (route.access === 'signed') checkSigned(request, parameters, account, now, clock.rate)
    if (route.needsTrading === true && !account.canTrade) throw notPermitted()
    if (route.orders !== undefined) {
      Object.assign(headers, this.counts.count(account, route.orders(parameters), now))
    }
    this.exchange.advance()
    const changes = request.method !== 'GET'
    const isUnknown = hits.unknown !== undefined && changes && route.needsTrading === true
    if (isUnknown && hits.unknown?.taken === false) throw outcomeUnknown()
    const state = readShown(this.exchange, account, hits, now)
    const answer = route.answer({ parameters, account, state, now, hits })
    if (isUnknown) throw outcomeUnknown()
    return hits.lackRows === undefined || changes ? answer : lackRows(answer, hits.lackRows, toName)
  }

  private toRefusal(address: string, verdict: Refusal): Reply {
    const retry = { 'Retry-After': String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))) }
    if (verdict.kind === 'limited') {
      const message =
        `Too many requests; current limit of IP(${address}) is ${this.policy.limit} requests per minute. ` +
        'Please use the websocket for live updates to avoid polling the API.'
      const headers = { ...retry, 'X-MBX-USED-WEIGHT-1M': String(verdict.usedWeight) }
      return { ...toError(429, -1003, message, headers), overLimit: 'address' }
    }
    const message =
      `Way too many requests; IP(${address}) banned until ${verdict.until}. ` +
      'Please use the websocket for live updates to avoid bans.'
    return { ...toError(418, -1003, message, retry), overLimit: 'address' }
  }
}

/** What a row of an account answer is about. */
function toName({ symbol, asset }: Readonly<Record<string, unknown>>): string | undefined {
  const name = symbol ?? asset
  return typeof name === 'string' ? name : undefined
}

/** The query's parameters and the form body's after them. */
function toParameters({ query, body }: VenueRequest): URLSearchParams {
  return body === '' ? query : new URLSearchParams([...query, ...new URLSearchParams(body)])
}

function outcomeUnknown(): RequestError {
  const message =
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.'
  return new RequestError(-1007, message, 408)
}

function toError(status: number, code: number, msg: string, headers: Record<string, string>): Reply {
  return { status, body: toText(code, msg), headers: { 'Content-Type': JSON_TYPE, ...headers } }
}

function toText(code: number, msg: string): string {
  return JSON.stringify({ code, msg })
}
