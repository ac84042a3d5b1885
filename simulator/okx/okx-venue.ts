import { createHmac } from 'node:crypto'
import { readPosition, type Account, type AccountState } from '../account/account.ts'
import { isWaiting } from '../account/conditional.ts'
import type { Exchange } from '../account/exchange.ts'
import { isOpen } from '../account/order.ts'
import { sidesOf } from '../binance/position-rows.ts'
import type { Hits } from '../core/faults.ts'
import type { AddressUse, Reply, Venue, VenueRequest } from '../core/venue.ts'
import { readInstrument } from './contracts.ts'
import { Instruments } from './instruments.ts'
import { toMarketRoutes } from './market-routes.ts'
import { OkxError, toOkxError, wrongParameter } from './okx-error.ts'
import {
  cancelAlgo,
  cancelOrder,
  findAlgo,
  findOrder,
  placeAlgo,
  placeOrder,
  type Body,
} from './order-routes.ts'
import type { MarketRoute } from './route.ts'
import { algoIdOf, toAccountRow, toAlgoRow, toBillRow, toFillRow, toOrderRow, toPositionRow } from './rows.ts'
import { SpanLimits } from './span-limits.ts'

const PREFIX = '/api/v5/'
const ADDRESSES_KEPT = 4096
const OLDEST_MS = 30_000
const BATCHES = new Set(['batch-orders', 'cancel-algos', 'cancel-batch-orders'])
const MOST_IN_BATCH = 20

/** OKX v5, swaps in USDT, over its REST wire: the limits by address and endpoint, and the account of one user. */
export class OkxVenue implements Venue {
  readonly name = 'okx'
  private readonly exchange: Exchange
  private readonly market: ReadonlyMap<string, MarketRoute>
  private readonly limits = new SpanLimits()
  private readonly bannedUntil = new Map<string, number>()
  private readonly requests = new Map<string, number>()

  constructor(exchange: Exchange) {
    this.exchange = exchange
    this.market = new Map(toMarketRoutes(new Instruments(exchange.market), exchange.clock))
  }

  owns(path: string): boolean {
    return path.startsWith(PREFIX)
  }

  answer(request: VenueRequest, hits: Hits): Reply {
    const now = this.exchange.clock.now()
    if (this.isBanned(request.address)) return toForbidden()
    keep(this.requests, request.address, (this.requests.get(request.address) ?? 0) + 1)
    const route = this.market.get(`${request.method} ${request.path.slice(PREFIX.length)}`)
    if (route !== undefined && !this.isWithin(route, request, now)) return tooMany()
    try {
      if (hits.reject !== undefined)
        throw new OkxError(String(hits.reject.code), hits.reject.msg ?? 'Rejected.')
      if (route !== undefined) {
        const { data, polled } = route.answer(request.query)
        return polled === undefined ? toReply(data) : { ...toReply(data), polled }
      }
      const account = this.findAccount(request, now)
      this.exchange.advance()
      if (request.method === 'POST') return this.change(request, account, hits, now)
      return toReply(this.read(request.path, account, request.query, now))
    } catch (error) {
      const { code, message, status } = toOkxError(error)
      return { ...toReply([], code, message), status }
    }
  }

  refuse({ address }: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply {
    if (kind === 'rateLimit') return tooMany()
    keep(this.bannedUntil, address, Math.max(until, this.bannedUntil.get(address) ?? 0))
    return toForbidden()
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

  private isWithin({ scope, limit }: MarketRoute, request: VenueRequest, now: number): boolean {
    const instId = scope === 'addressInstrument' ? (request.query.get('instId') ?? '') : ''
    return this.limits.admit(`${request.path} ${request.address} ${instId}`, limit, now)
  }

  /** Each order of a request is taken or refused by itself, and told beside the others. */
  private change(request: VenueRequest, account: Account, hits: Hits, now: number): Reply {
    const name = request.path.replace('/api/v5/trade/', '')
    const sent = parse(request.body)
    if (BATCHES.has(name) !== Array.isArray(sent)) throw new OkxError('50002', 'JSON data format error')
    const orders = Array.isArray(sent) ? sent : [sent]
    if (orders.length < 1 || orders.length > MOST_IN_BATCH) throw wrongParameter('number of orders')
    const isLost = hits.unknown !== undefined
    if (hits.unknown?.taken === false) throw new OkxError('50004', 'Endpoint request timeout')
    const rows = orders.map((each) => {
      try {
        return {
          ...this.changeOne(name, account, each, now),
          sCode: '0',
          sMsg: '',
          ts: String(Math.floor(now)),
        }
      } catch (error) {
        const { code, message } = toOkxError(error)
        return { ordId: '', clOrdId: each['clOrdId'] ?? '', sCode: code, sMsg: message }
      }
    })
    if (isLost) throw new OkxError('50004', 'Endpoint request timeout')
    const failed = rows.filter(({ sCode }) => sCode !== '0').length
    const code = failed === 0 ? '0' : failed === rows.length ? '1' : '2'
    return toReply(rows, code, code === '1' ? 'All operations failed' : '', `${Math.floor(now)}000`)
  }

  private changeOne(name: string, account: Account, body: Body, now: number): object {
    switch (name) {
      case 'order':
      case 'batch-orders': {
        const { id, clientId } = placeOrder(this.exchange, account, body, now)
        return { ordId: String(id), clOrdId: clientId, tag: '' }
      }
      case 'cancel-order':
      case 'cancel-batch-orders': {
        const { id, clientId } = cancelOrder(this.exchange, account, body)
        return { ordId: String(id), clOrdId: clientId }
      }
      case 'order-algo': {
        const placed = placeAlgo(this.exchange, account, body, now)
        return { algoId: algoIdOf(placed), algoClOrdId: placed.clientId, clOrdId: '' }
      }
      case 'cancel-algos': {
        const ended = cancelAlgo(this.exchange, account, body)
        return { algoId: algoIdOf(ended), algoClOrdId: ended.clientId }
      }
      default:
        throw new OkxError('50000', `no such endpoint: ${name}`)
    }
  }

  private read(path: string, state: Account, query: URLSearchParams, now: number): readonly object[] {
    const { market } = this.exchange
    const instId = query.get('instId')
    const symbol = instId === null ? undefined : readInstrument(market, instId).symbol
    const isWanted = (each: { readonly symbol: string }) => symbol === undefined || each.symbol === symbol
    const by = Object.fromEntries(query)
    switch (path) {
      case '/api/v5/account/config':
        return [
          {
            acctLv: '2',
            posMode: state.isHedged ? 'long_short_mode' : 'net_mode',
            perm: state.canTrade ? 'read_only,trade' : 'read_only',
          },
        ]
      case '/api/v5/account/balance':
        return [toAccountRow(state, market, now)]
      case '/api/v5/account/positions':
        return this.positions(state, symbol).map((each) => toPositionRow(state, market, each, now))
      case '/api/v5/account/bills':
        return newest(state.income, query).map((each) => toBillRow(market, each))
      case '/api/v5/trade/order': {
        const order = findOrder(state, by)
        if (order === undefined) throw new OkxError('51603', 'Order does not exist')
        return [toOrderRow(state, market, order)]
      }
      case '/api/v5/trade/order-algo': {
        const found = findAlgo(state, by)
        if (found === undefined) throw new OkxError('51603', 'Order does not exist')
        return [toAlgoRow(market, found)]
      }
      case '/api/v5/trade/orders-pending':
        return page(
          [...state.openOrders.values()].filter(isWanted).map((each) => toOrderRow(state, market, each)),
          query,
          'ordId',
        )
      case '/api/v5/trade/orders-history':
        return newest([...state.orders.values()], query)
          .filter((each) => isWanted(each) && !isOpen(each))
          .map((each) => toOrderRow(state, market, each))
      case '/api/v5/trade/orders-algo-pending':
        return page(
          [...state.conditionals.values()]
            .filter((each) => isWanted(each) && isWaiting(each))
            .map((each) => toAlgoRow(market, each)),
          query,
          'algoId',
        )
      case '/api/v5/trade/fills':
        return newest(state.trades.filter(isWanted), query).map((each) => toFillRow(state, market, each))
      default:
        throw new OkxError('50000', `no such endpoint: ${path}`)
    }
  }

  /** Of all instruments the positions that are held; of one those that ever were. */
  private positions(state: AccountState, symbol: string | undefined) {
    if (symbol === undefined) return [...state.positions.values()].filter((each) => each.size !== 0n)
    return sidesOf(state)
      .map((side) => readPosition(state, symbol, side))
      .filter((each) => each.updateTime !== 0)
  }

  private findAccount(request: VenueRequest, now: number): Account {
    const header = (name: string) => String(request.headers[`ok-access-${name}`] ?? '')
    const account = this.exchange.accounts.find(header('key'))
    if (account === undefined) throw new OkxError('50111', 'Invalid OK-ACCESS-KEY', 401)
    if (header('passphrase') === '') throw new OkxError('50105', 'OK-ACCESS-PASSPHRASE incorrect', 401)
    const path = request.queryText === '' ? request.path : `${request.path}?${request.queryText}`
    const text = `${header('timestamp')}${request.method}${path}${request.body}`
    const expected = createHmac('sha256', account.secret).update(text).digest('base64')
    if (expected !== header('sign')) throw new OkxError('50113', 'Invalid Sign', 401)
    const age = Math.abs(now - Date.parse(header('timestamp')))
    if (!(age <= OLDEST_MS * Math.max(1, this.exchange.clock.rate)))
      throw new OkxError('50102', 'Timestamp request expired', 401)
    return account
  }
}

function newest<T extends { readonly time: number }>(rows: readonly T[], query: URLSearchParams): T[] {
  const from = Number(query.get('begin') ?? 0)
  return rows
    .filter((each) => each.time >= from)
    .slice(-Number(query.get('limit') ?? 100))
    .toReversed()
}

/** The newest first, from after the one that `after` names. */
function page<T>(rows: readonly T[], query: URLSearchParams, id: keyof T): T[] {
  const found = rows.toReversed()
  const after = query.get('after')
  const from = after === null ? 0 : found.findIndex((each) => each[id] === after) + 1
  return found.slice(from, from + Number(query.get('limit') ?? 100))
}

function parse(text: string): Body | Body[] {
  try {
    return JSON.parse(text) as Body | Body[]
  } catch {
    throw new OkxError('50002', 'JSON data format error')
  }
}

function toReply(data: readonly unknown[], code = '0', msg = '', inTime?: string): Reply {
  const body = JSON.stringify({
    code,
    msg,
    data,
    ...(inTime === undefined ? {} : { inTime, outTime: inTime }),
  })
  return { status: 200, body, headers: { 'Content-Type': 'application/json' } }
}

/** As recorded: without data and without Retry-After. */
function tooMany(): Reply {
  const body = JSON.stringify({ msg: 'Too Many Requests', code: '50011' })
  return { status: 429, body, headers: { 'Content-Type': 'application/json' } }
}

/** The venue's edge refuses an address, not its API: no JSON. */
function toForbidden(): Reply {
  const body = '<html><head><title>403 Forbidden</title></head><body>Access denied.</body></html>'
  return { status: 403, body, headers: { 'Content-Type': 'text/html' } }
}

function keep(values: Map<string, number>, address: string, value: number): void {
  if (!values.has(address) && values.size >= ADDRESSES_KEPT) values.delete(values.keys().next().value!)
  values.set(address, value)
}
