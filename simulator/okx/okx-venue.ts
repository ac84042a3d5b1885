import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { readShown } from '../account/shown.ts'
import type { Hits } from '../core/faults.ts'
import { lackRows } from '../core/lack-rows.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { toAccountRoutes } from './account-routes.ts'
import { findAccount } from './authorize.ts'
import { Instruments } from './instruments.ts'
import { toMarketRoutes } from './market-routes.ts'
import { OkxError, toOkxError, wrongParameter } from './okx-error.ts'
import { toOrderRoutes } from './order-routes.ts'
import { toForbidden, tooMany, tooManyOrders, toReply } from './reply.ts'
import type { AccountRoute, Body, Call, MarketRoute, OrderRoute } from './route.ts'
import { toSettingsRoutes } from './settings-routes.ts'
import { SpanLimits, toCharge, type Charge } from './span-limits.ts'

const PREFIX = '/api/v5/'
const ADDRESSES_KEPT = 4096
const MOST_IN_BATCH = 20

/** OKX v5, swaps in USDT, over its REST wire: limits by address, account and instrument, and what an account may ask. */
export class OkxVenue implements Venue {
  readonly name = 'okx'
  private readonly exchange: Exchange
  private readonly instruments: Instruments
  private readonly market: ReadonlyMap<string, MarketRoute>
  private readonly accounts: ReadonlyMap<string, AccountRoute>
  private readonly orders: ReadonlyMap<string, OrderRoute>
  private readonly limits = new SpanLimits()
  private readonly bannedUntil = new Map<string, number>()
  private readonly requests = new Map<string, number>()

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.instruments = new Instruments(exchange.market)
    this.market = new Map(toMarketRoutes(this.instruments, exchange.clock))
    this.accounts = new Map([...toAccountRoutes(exchange), ...toSettingsRoutes(exchange)])
    this.orders = new Map(toOrderRoutes(exchange))
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const { address, query } = request
    const { clock, accounts } = this.exchange
    const now = clock.now()
    if (this.isBanned(address)) return toForbidden()
    keep(this.requests, address, (this.requests.get(address) ?? 0) + 1)
    const place = `${request.method} ${request.path.slice(PREFIX.length)}`
    const route = this.market.get(place)
    if (route !== undefined) {
      const charge = toCharge(place, route, { address, instId: query.get('instId') ?? '' })
      if (this.limits.admit([charge], now) !== undefined) return tooMany('address')
    }
    let user: { readonly user?: string } = {}
    try {
      if (hits.reject !== undefined)
        throw new OkxError(String(hits.reject.code), hits.reject.msg ?? 'Rejected.')
      if (route !== undefined) {
        const { data, polled } = route.answer(query)
        return polled === undefined ? toReply(data) : { ...toReply(data), polled }
      }
      const account = findAccount(request, accounts, now, clock.rate)
      user = { user: account.key }
      this.exchange.advance()
      return { ...this.answerAccount(place, account, request, hits, now), ...user }
    } catch (error) {
      const { code, message, status } = toOkxError(error)
      return { ...toReply([], code, message), status, ...user }
    }
  }

  refuse({ address }: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    if (kind === 'rateLimit') return tooMany('address')
    keep(this.bannedUntil, address, Math.max(until, this.bannedUntil.get(address) ?? 0))
    return toForbidden()
  }

  toFailure(status: number): string {
    const [code, msg] =
      status === 503
        ? ['50001', 'Service temporarily unavailable. Please try again later.']
        : ['50026', 'System error. Please try again later.']
    return JSON.stringify({ code, msg, data: [] })
  }

  isBanned(address: string): boolean {
    return (this.bannedUntil.get(address) ?? 0) > this.exchange.clock.now()
  }

  /** The venue knows no weights: a request counts as one. */
  readUse(address: string): AddressUse | undefined {
    const weight = this.requests.get(address)
    if (weight === undefined) return undefined
    const bannedUntil = this.isBanned(address) ? this.bannedUntil.get(address) : undefined
    return { weight, windowWeight: weight, bannedUntil, windows: [] }
  }

  reset(): void {
    this.limits.reset()
    this.bannedUntil.clear()
    this.requests.clear()
  }

  private answerAccount(
    place: string,
    account: Account,
    request: VenueRequest,
    hits: Hits,
    now: number,
  ): Reply {
    const { address, query } = request
    const by = { address, user: account.key }
    const isRead = request.method === 'GET'
    const state = readShown(this.exchange, account, hits, now)
    const call: Call = { account, state, query, body: {}, now, hits }
    const orders = this.orders.get(place)
    if (orders !== undefined) {
      const bodies = readBodies(request.body, orders.isList)
      return this.refusalOf(orders.charges(bodies, by), now) ?? change(orders, call, bodies)
    }
    const route = this.accounts.get(place)
    if (route === undefined) throw new OkxError('50000', `no such endpoint: ${place}`)
    const [body] = isRead ? [{}] : readBodies(request.body, false)
    const charge = toCharge(place, route, { ...by, instId: query.get('instId') ?? '' })
    const refusal = this.refusalOf([charge], now)
    if (refusal !== undefined) return refusal
    const data = route.answer({ ...call, body: body! })
    if (hits.lackRows === undefined) return toReply(data)
    return toReply(lackRows(data, hits.lackRows, (row) => this.toName(row)) as object[])
  }

  private refusalOf(charges: readonly Charge[], now: number): Reply | undefined {
    const over = this.limits.admit(charges, now)
    if (over === undefined) return undefined
    return over.code === '50061' ? tooManyOrders() : tooMany('user')
  }

  /** What a row of an account answer is about, by the market's own name. */
  private toName({ instId, ccy }: Readonly<Record<string, unknown>>): string | undefined {
    if (typeof instId === 'string' && instId !== '')
      return this.instruments.find(instId)?.listing.symbol ?? instId
    return typeof ccy === 'string' ? ccy : undefined
  }
}

/** Each order of a request is taken or refused by itself, and told beside the others. */
function change({ change: run }: OrderRoute, call: Call, bodies: readonly Body[]): Reply {
  const { now, hits } = call
  const ts = String(Math.floor(now))
  if (hits.unknown?.taken === false) throw outcomeUnknown()
  const rows = bodies.map((body) => {
    try {
      return { ...run({ ...call, body }), sCode: '0', sMsg: '', ts }
    } catch (error) {
      const { code, message } = toOkxError(error)
      return { ordId: '', clOrdId: body['clOrdId'] ?? '', sCode: code, sMsg: message }
    }
  })
  if (hits.unknown !== undefined) throw outcomeUnknown()
  const failed = rows.filter(({ sCode }) => sCode !== '0').length
  const code = failed === 0 ? '0' : failed === rows.length ? '1' : '2'
  return toReply(rows, code, code === '1' ? 'All operations failed' : '', `${ts}000`)
}

function readBodies(text: string, isList: boolean): readonly Body[] {
  let sent: unknown
  try {
    sent = JSON.parse(text)
  } catch {
    throw notJson()
  }
  if (isList !== Array.isArray(sent)) throw notJson()
  const bodies = Array.isArray(sent) ? (sent as unknown[]) : [sent]
  if (bodies.length < 1 || bodies.length > MOST_IN_BATCH) throw wrongParameter('number of orders')
  if (!bodies.every((each) => typeof each === 'object' && each !== null)) throw notJson()
  return bodies as Body[]
}

function outcomeUnknown(): OkxError {
  return new OkxError('50004', 'Endpoint request timeout')
}

function notJson(): OkxError {
  return new OkxError('50002', 'JSON data format error')
}

function keep(values: Map<string, number>, address: string, value: number): void {
  if (!values.has(address) && values.size >= ADDRESSES_KEPT) values.delete(values.keys().next().value!)
  values.set(address, value)
}
