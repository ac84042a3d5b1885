import { createHmac } from 'node:crypto'
import type { Account, AccountState } from '../account/account.ts'
import { readPosition } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import { sidesOf } from '../binance/position-rows.ts'
import type { Hits } from '../core/faults.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { BybitError, toBybitError } from './bybit-error.ts'
import { readSymbol, toMarketAnswers } from './market-routes.ts'
import { cancelAll, cancelOrder, createOrder, listOrders, type Body } from './order-routes.ts'
import { toLogRow, toPositionRow, toTradeRow, toWalletRow } from './rows.ts'

const MOST_REQUESTS = 600
const WINDOW_MS = 5_000
const BAN_MS = 600_000
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }

/** Bybit v5, linear, over its REST wire: what the limits by address and the account of one user are about. */
export class BybitVenue implements Venue {
  readonly name = 'bybit'
  private readonly exchange: Exchange
  private readonly market: ReturnType<typeof toMarketAnswers>
  private readonly used = new Map<string, number[]>()
  private readonly banned = new Map<string, number>()

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.market = toMarketAnswers(exchange.market, exchange.clock)
  }

  owns(path: string): boolean {
    return path.startsWith('/v5/')
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const now = this.exchange.clock.now()
    if (!this.admits(request.address, now)) return forbidden()
    try {
      if (hits.reject !== undefined) throw new BybitError(hits.reject.code, hits.reject.msg ?? 'Rejected.')
      const answer = this.market[request.path]
      if (request.method === 'GET' && answer !== undefined) {
        this.exchange.advance()
        const symbol = request.path === '/v5/market/kline' ? request.query.get('symbol') : null
        const polled = symbol === null ? {} : { polled: { symbol, interval: '1m' } }
        return { ...toReply(0, 'OK', answer(request.query), now), ...polled }
      }
      return toReply(0, 'OK', this.answerAccount(request, hits, now), now)
    } catch (error) {
      const { code, message } = toBybitError(error)
      return toReply(code, message, {}, now)
    }
  }

  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    if (kind === 'ban') this.banned.set(request.address, until)
    if (kind === 'ban') return forbidden()
    return toReply(10006, 'Too many visits!', {}, this.exchange.clock.now())
  }

  isBanned(address: string): boolean {
    return (this.banned.get(address) ?? 0) > this.exchange.clock.now()
  }

  readUse(address: string): AddressUse | undefined {
    const times = this.used.get(address)
    if (times === undefined) return undefined
    const bannedUntil = this.isBanned(address) ? this.banned.get(address) : undefined
    return { weight: times.length, windowWeight: times.length, bannedUntil, windows: [] }
  }

  reset(): void {
    this.used.clear()
    this.banned.clear()
  }

  private admits(address: string, now: number): boolean {
    if (this.isBanned(address)) return false
    const times = (this.used.get(address) ?? []).filter((time) => time > now - WINDOW_MS)
    times.push(now)
    this.used.set(address, times)
    if (times.length <= MOST_REQUESTS) return true
    this.banned.set(address, now + BAN_MS)
    return false
  }

  private answerAccount(request: VenueRequest, hits: Hits, now: number): object {
    const account = this.findAccount(request, now)
    this.exchange.advance()
    const place = `${request.method} ${request.path}`
    if (request.method === 'POST') return this.change(place, account, parse(request.body), hits, now)
    return this.read(place, account, request.query, now)
  }

  private change(place: string, account: Account, body: Body, hits: Hits, now: number): object {
    const run = () => {
      if (place === 'POST /v5/order/create') return createOrder(this.exchange, account, body, now)
      if (place === 'POST /v5/order/cancel') return cancelOrder(this.exchange, account, body)
      if (place === 'POST /v5/order/cancel-all') return cancelAll(this.exchange, account, body)
      throw new BybitError(10001, `no such endpoint: ${place}`)
    }
    const lost = () => new BybitError(10016, 'Request timeout, please try again later')
    if (hits.unknown?.taken === false) throw lost()
    const answer = run()
    if (hits.unknown !== undefined) throw lost()
    return answer
  }

  private read(place: string, state: Account, query: URLSearchParams, now: number): object {
    const { market } = this.exchange
    const list = (rows: readonly object[]) => ({ category: 'linear', list: rows, nextPageCursor: '' })
    switch (place) {
      case 'GET /v5/account/info':
        return { marginMode: 'REGULAR_MARGIN', unifiedMarginStatus: 6, updatedTime: String(now) }
      case 'GET /v5/account/wallet-balance':
        return { list: [toWalletRow(state, market, now)] }
      case 'GET /v5/position/list':
        return list(this.positions(state, query).map((each) => toPositionRow(state, market, each, now)))
      case 'GET /v5/order/realtime':
        return listOrders(this.exchange, state, query, false)
      case 'GET /v5/order/history':
        return listOrders(this.exchange, state, query, true)
      case 'GET /v5/execution/list':
        return list(newest(state.trades, query).map((each) => toTradeRow(state, each)))
      case 'GET /v5/account/transaction-log':
        return list(newest(state.income, query).map((each) => toLogRow(each)))
      default:
        throw new BybitError(10001, `no such endpoint: ${place}`)
    }
  }

  /** Both sides of a symbol, flat or not; of all symbols those that are held. */
  private positions(state: AccountState, query: URLSearchParams) {
    const symbol = query.get('symbol')
    if (symbol === null) {
      const settle = query.get('settleCoin') ?? ''
      return [...state.positions.values()].filter((each) => each.size !== 0n && each.symbol.endsWith(settle))
    }
    const listing = readSymbol(this.exchange.market, symbol)
    return sidesOf(state).map((side) => readPosition(state, listing.symbol, side))
  }

  /** Checks signature and clock; a window is meant in the client's time. */
  private findAccount(request: VenueRequest, now: number): Account {
    const header = (name: string) => String(request.headers[`x-bapi-${name}`] ?? '')
    const [key, timestamp, window] = [header('api-key'), header('timestamp'), header('recv-window')]
    const account = this.exchange.accounts.find(key)
    if (account === undefined) throw new BybitError(10003, 'API key is invalid.')
    const text = `${timestamp}${key}${window}${request.method === 'GET' ? request.queryText : request.body}`
    const expected = createHmac('sha256', account.secret).update(text).digest('hex')
    if (expected !== header('sign'))
      throw new BybitError(10004, 'error sign! please check your signature generation algorithm.')
    const scale = Math.max(1, this.exchange.clock.rate)
    const [age, most] = [now - Number(timestamp), Number(window) * scale]
    if (!(age <= most && age > -1_000 * scale))
      throw new BybitError(10002, 'invalid request, please check your server timestamp or recv_window param')
    return account
  }
}

function newest<T extends { readonly time: number; readonly symbol: string }>(
  rows: readonly T[],
  query: URLSearchParams,
): T[] {
  const [from, to] = [Number(query.get('startTime') ?? 0), Number(query.get('endTime') ?? Infinity)]
  const symbol = query.get('symbol')
  return rows
    .filter((each) => each.time >= from && each.time <= to && (symbol === null || each.symbol === symbol))
    .slice(-Number(query.get('limit') ?? 50))
    .toReversed()
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body
  } catch {
    throw new BybitError(10001, 'params error: not JSON')
  }
}

function toReply(retCode: number, retMsg: string, result: object, time: number): Reply {
  const body = JSON.stringify({ retCode, retMsg, result, retExtInfo: {}, time: Math.floor(time) })
  return { status: 200, body, headers: JSON_TYPE }
}

function forbidden(): Reply {
  return {
    status: 403,
    body: 'access too frequent. Please try again later.',
    headers: { 'Content-Type': 'text/html' },
  }
}
