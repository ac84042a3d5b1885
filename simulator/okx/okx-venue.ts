import type { Exchange } from '../account/exchange.ts'
import type { Clock } from '../core/clock.ts'
import type { Hits } from '../core/faults.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { Instruments } from './instruments.ts'
import { toMarketRoutes } from './market-routes.ts'
import { RequestError } from './request-error.ts'
import type { MarketRoute } from './route.ts'
import { SpanLimits } from './span-limits.ts'

const PREFIX = '/api/v5/'
const JSON_TYPE = 'application/json'
const ADDRESSES_KEPT = 4096

/** OKX v5 over its REST wire: the public market data of USDT contracts. */
export class OkxVenue implements Venue {
  readonly name = 'okx'
  private readonly clock: Clock
  private readonly limits = new SpanLimits()
  private readonly bannedUntil = new Map<string, number>()
  private readonly requests = new Map<string, number>()
  private readonly routes: ReadonlyMap<string, MarketRoute>

  constructor({ market, clock }: Exchange) {
    this.clock = clock
    this.routes = new Map(toMarketRoutes(new Instruments(market), clock))
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    if (this.isBanned(request.address)) return toForbidden()
    const place = `${request.method} ${request.path.slice(PREFIX.length)}`
    const route = this.routes.get(place)
    this.count(request.address)
    if (route === undefined) return toError('404', 'Not Found', 404)
    const key = `${place} ${request.address}`
    const instrument = route.scope === 'addressInstrument' ? ` ${request.query.get('instId') ?? ''}` : ''
    if (!this.limits.admit(key + instrument, route.limit, this.clock.now())) return toLimited()
    try {
      if (hits.reject !== undefined) {
        const { code, msg = 'Rejected.', status } = hits.reject
        throw new RequestError(String(code), msg, status)
      }
      const { data, polled } = route.answer(request.query)
      const reply = toReply(200, { code: '0', data, msg: '' })
      return polled === undefined ? reply : { ...reply, polled }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      return toError(error.code, error.message, error.status)
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    this.count(request.address)
    if (kind === 'rateLimit') return toLimited()
    keep(this.bannedUntil, request.address, Math.max(until, this.bannedUntil.get(request.address) ?? 0))
    return toForbidden()
  }

  isBanned(address: string): boolean {
    return (this.bannedUntil.get(address) ?? 0) > this.clock.now()
  }

  /** The venue knows no weights: a request counts as one. */
  readUse(address: string): AddressUse | undefined {
    const weight = this.requests.get(address)
    if (weight === undefined) return undefined
    const bannedUntil = this.isBanned(address) ? this.bannedUntil.get(address) : undefined
    return { weight, windowWeight: 0, bannedUntil, windows: [] }
  }

  reset(): void {
    this.limits.reset()
    this.bannedUntil.clear()
    this.requests.clear()
  }

  private count(address: string): void {
    keep(this.requests, address, (this.requests.get(address) ?? 0) + 1)
  }
}

function keep(values: Map<string, number>, address: string, value: number): void {
  if (!values.has(address) && values.size >= ADDRESSES_KEPT) values.delete(values.keys().next().value!)
  values.set(address, value)
}

/** As recorded: without data and without Retry-After. */
function toLimited(): Reply {
  return toReply(429, { msg: 'Too Many Requests', code: '50011' })
}

/** The venue's edge refuses an address, not its API: no JSON. */
function toForbidden(): Reply {
  const body = '<html><head><title>403 Forbidden</title></head><body>Access denied.</body></html>'
  return { status: 403, body, headers: { 'Content-Type': 'text/html' } }
}

function toError(code: string, msg: string, status: number): Reply {
  return toReply(status, { code, data: [], msg })
}

function toReply(status: number, body: object): Reply {
  return { status, body: JSON.stringify(body), headers: { 'Content-Type': JSON_TYPE } }
}
