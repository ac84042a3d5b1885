import type { Clock } from '../core/clock.ts'
import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { WeightWindows, type Refusal, type WeightPolicy } from '../core/weight-windows.ts'
import { ExchangeInfo } from './exchange-info.ts'
import { Klines, weighKlines } from './klines.ts'
import { readOptionalSymbol, readSymbol } from './parameters.ts'
import { RequestError } from './request-error.ts'
import { toBookTicker, toDayTicker, toDepth, toPremiumIndex, weighDepth } from './tickers.ts'

interface Route {
  /** https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data */
  readonly weigh: (query: URLSearchParams) => number
  readonly answer: (query: URLSearchParams) => Answer
}

type Answer = { readonly body: string; readonly polled?: Reply['polled'] }

const PREFIX = '/fapi/'
const JSON_TYPE = 'application/json;charset=UTF-8'

/** Binance USDⓈ-M over its REST wire, public market data. */
export class BinanceVenue implements Venue {
  readonly name = 'binanceusdm'
  private readonly market: Market
  private readonly clock: Clock
  private readonly policy: WeightPolicy
  private readonly windows: WeightWindows
  private readonly routes: ReadonlyMap<string, Route>

  constructor(market: Market, clock: Clock, policy: WeightPolicy) {
    this.market = market
    this.clock = clock
    this.policy = policy
    this.windows = new WeightWindows(policy)
    this.routes = this.openRoutes()
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest): Reply {
    const now = this.clock.now()
    const route = request.method === 'GET' ? this.routes.get(request.path) : undefined
    const verdict = this.windows.admit(request.address, route?.weigh(request.query) ?? 1, now)
    if (verdict.kind !== 'admitted') return this.toRefusal(request.address, verdict)
    const used = { 'X-MBX-USED-WEIGHT-1M': String(verdict.usedWeight) }
    if (route === undefined) {
      return toError(404, -5000, `Path ${request.path}, Method ${request.method} is invalid`, used)
    }
    try {
      const { body, polled } = route.answer(request.query)
      const headers = { 'Content-Type': JSON_TYPE, ...used }
      return polled === undefined ? { status: 200, body, headers } : { status: 200, body, headers, polled }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      return toError(400, error.code, error.message, used)
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    const now = this.clock.now()
    if (kind === 'ban') return this.toRefusal(request.address, this.windows.ban(request.address, now, until))
    const weight = this.routes.get(request.path)?.weigh(request.query) ?? 1
    return this.toRefusal(request.address, this.windows.refuseUntil(request.address, weight, now, until))
  }

  isBanned(address: string): boolean {
    return this.readUse(address)?.bannedUntil !== undefined
  }

  readUse(address: string): AddressUse | undefined {
    return this.windows.read(address, this.clock.now())
  }

  reset(): void {
    this.windows.reset()
  }

  private toRefusal(address: string, verdict: Refusal): Reply {
    const retry = { 'Retry-After': String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))) }
    if (verdict.kind === 'limited') {
      const message =
        `Too many requests; current limit of IP(${address}) is ${this.policy.limit} requests per minute. ` +
        'Please use the websocket for live updates to avoid polling the API.'
      return toError(429, -1003, message, { ...retry, 'X-MBX-USED-WEIGHT-1M': String(verdict.usedWeight) })
    }
    const message =
      `Way too many requests; IP(${address}) banned until ${verdict.until}. ` +
      'Please use the websocket for live updates to avoid bans.'
    return toError(418, -1003, message, retry)
  }

  private openRoutes(): ReadonlyMap<string, Route> {
    const { market, clock } = this
    const klines = new Klines(market)
    const exchangeInfo = new ExchangeInfo(market, this.policy.limit)
    return new Map<string, Route>([
      ['/fapi/v1/ping', { weigh: weighOne, answer: () => ({ body: '{}' }) }],
      ['/fapi/v1/time', { weigh: weighOne, answer: () => ({ body: `{"serverTime":${clock.now()}}` }) }],
      [
        '/fapi/v1/exchangeInfo',
        { weigh: weighOne, answer: () => ({ body: exchangeInfo.answer(clock.now()) }) },
      ],
      [
        '/fapi/v1/klines',
        {
          weigh: weighKlines,
          answer: (query) => {
            const { body, symbol, interval, isPoll } = klines.answer(query, clock.now())
            return isPoll ? { body, polled: { symbol, interval } } : { body }
          },
        },
      ],
      [
        '/fapi/v1/depth',
        {
          weigh: weighDepth,
          answer: (query) => ({ body: JSON.stringify(toDepth(readSymbol(query, market), query, clock)) }),
        },
      ],
      ['/fapi/v1/ticker/bookTicker', this.rows(2, 5, (listing) => toBookTicker(listing, clock))],
      ['/fapi/v1/ticker/24hr', this.rows(1, 40, (listing) => toDayTicker(listing, clock.now()))],
      ['/fapi/v1/premiumIndex', this.rows(1, 10, (listing) => toPremiumIndex(listing, clock.now()))],
    ])
  }

  /** A route that answers one symbol's row, or all of them when no symbol is asked for. */
  private rows(weightOfOne: number, weightOfAll: number, toRow: (listing: Listing) => object): Route {
    return {
      weigh: (query) => ((query.get('symbol') ?? '') === '' ? weightOfAll : weightOfOne),
      answer: (query) => {
        const listing = readOptionalSymbol(query, this.market)
        const rows = listing === undefined ? [...this.market.listings.values()].map(toRow) : toRow(listing)
        return { body: JSON.stringify(rows) }
      },
    }
  }
}

function weighOne(): number {
  return 1
}

function toError(status: number, code: number, msg: string, headers: Record<string, string>): Reply {
  return { status, body: JSON.stringify({ code, msg }), headers: { 'Content-Type': JSON_TYPE, ...headers } }
}
