import { createHmac } from 'node:crypto'
import { getJson, request, type Answer } from './request.ts'

export type Parameters = Readonly<Record<string, string | number | boolean>>
export type Row = Readonly<Record<string, unknown>>

/** What GET /_sim/account tells; decimals as text. */
export interface Truth {
  readonly now: number
  readonly balances: Readonly<Record<string, { readonly balance: string; readonly updateTime: number }>>
  readonly positions: readonly {
    readonly symbol: string
    readonly side: string
    readonly size: string
    readonly entryPrice: string
    readonly realized: string
    readonly updateTime: number
  }[]
  readonly openOrders: readonly Row[]
  readonly openAlgoOrders: readonly Row[]
  readonly orders: readonly Row[]
  readonly algoOrders: readonly Row[]
  readonly trades: readonly {
    readonly symbol: string
    readonly side: string
    readonly positionSide: string
    readonly price: string
    readonly qty: string
    readonly quoteQty: string
    readonly realizedPnl: string
    readonly commission: string
    readonly maker: boolean
    readonly time: number
  }[]
  readonly income: readonly {
    readonly type: string
    readonly symbol: string
    readonly asset: string
    readonly amount: string
    readonly time: number
    readonly id: string
  }[]
}

/** What the venue refused a request with. */
export class Refusal extends Error {
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Signed requests of one account. */
export class AccountClient {
  readonly url: string
  readonly key: string
  private readonly secret: string
  /** the simulator's time, ms */
  private readonly now: () => number

  private constructor(url: string, key: string, secret: string, now: () => number) {
    this.url = url
    this.key = key
    this.secret = secret
    this.now = now
  }

  /** Knows how the simulator's clock runs now, so that its timestamps are right at any rate. */
  static async open(url: string, key = 'demo', secret = 'demo'): Promise<AccountClient> {
    const clock = await getJson<{ rate: number; behindMs: number; offsetMs: number }>(`${url}/_sim/stats`)
    const { rate, behindMs, offsetMs } = clock
    return new AccountClient(url, key, secret, () => Math.floor(Date.now() * rate) - behindMs + offsetMs)
  }

  /** The parsed answer; throws Refusal. `place` is `GET /fapi/v3/account`. */
  async ask<T = Row>(place: string, parameters: Parameters = {}): Promise<T> {
    const { status, body } = await this.send(place, parameters)
    // Ids beyond 2^53 are kept as text.
    const answer = JSON.parse(body.replaceAll(/:(\d{16,})/g, ':"$1"')) as T & { code?: number; msg?: string }
    if (status !== 200) throw new Refusal(status, answer.code!, `${answer.code} ${answer.msg}`)
    return answer
  }

  /** The bare answer of a signed request. */
  async send(place: string, parameters: Parameters = {}, timestamp = this.now()): Promise<Answer> {
    const [method, path] = place.split(' ') as [string, string]
    const sent = new URLSearchParams({ timestamp: String(timestamp) })
    for (const [name, value] of Object.entries(parameters)) sent.set(name, String(value))
    const signature = createHmac('sha256', this.secret).update(sent.toString()).digest('hex')
    const text = `${sent.toString()}&signature=${signature}`
    const headers = { 'X-MBX-APIKEY': this.key }
    if (method !== 'POST' && method !== 'PUT')
      return request(`${this.url}${path}?${text}`, { method, headers })
    const form = { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' }
    return request(`${this.url}${path}`, { method, headers: form, text })
  }

  /** The code that a request is refused with, undefined when it is not. */
  async codeOf(place: string, parameters: Parameters = {}): Promise<number | undefined> {
    try {
      await this.ask(place, parameters)
      return undefined
    } catch (error) {
      if (error instanceof Refusal) return error.code
      throw error
    }
  }

  /** What the simulator itself knows of the account; of orders, trades and income the latest `limit`, or all. */
  truth(limit?: number): Promise<Truth> {
    const latest = limit === undefined ? '' : `&limit=${limit}`
    return getJson<Truth>(`${this.url}/_sim/account?key=${this.key}${latest}`)
  }

  order(parameters: Parameters): Promise<Row> {
    return this.ask('POST /fapi/v1/order', { newOrderRespType: 'RESULT', ...parameters })
  }

  market(symbol: string, side: 'BUY' | 'SELL', quantity: string, more: Parameters = {}): Promise<Row> {
    return this.order({ symbol, side, type: 'MARKET', quantity, ...more })
  }

  limit(
    symbol: string,
    side: 'BUY' | 'SELL',
    quantity: string,
    price: string,
    more: Parameters = {},
  ): Promise<Row> {
    return this.order({ symbol, side, type: 'LIMIT', timeInForce: 'GTC', quantity, price, ...more })
  }
}
