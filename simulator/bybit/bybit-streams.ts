import { createHmac } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import type { AccountEvent } from '../account/account-events.ts'
import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import type { ConnectLimit } from '../core/connect-limit.ts'
import type { Faults } from '../core/faults.ts'
import type { ConnectionReport, Streams } from '../core/streams.ts'
import { Delivery } from '../streams/delivery.ts'
import { isIdle } from './streams/idle.ts'
import { toPositionRow, toWalletRow } from './account-rows.ts'
import { toOrderRow, toStopRow, toTradeRow } from './order-rows.ts'

const knownTopics: ReadonlySet<string> = new Set(['position', 'wallet', 'order', 'execution'])

interface Connection {
  readonly socket: WebSocket
  readonly address: string
  readonly openedAt: number
  readonly topics: Set<string>
  readonly delivery: Delivery
  account: Account | undefined
  heardAt: number
}

/** The private events of Bybit v5. https://bybit-exchange.github.io/docs/v5/ws/connect */
export class BybitStreams implements Streams {
  private readonly exchange: Exchange
  private readonly faults: Faults
  private readonly lifeMs: number
  private readonly connects: ConnectLimit
  private readonly connections = new Set<Connection>()

  constructor(exchange: Exchange, faults: Faults, lifeMs: number, connects: ConnectLimit) {
    this.exchange = exchange
    this.faults = faults
    this.lifeMs = lifeMs
    this.connects = connects
    exchange.listen((event) => this.tell(event))
  }

  categoryOf(path: string): string | undefined {
    return path === '/v5/private' ? 'private' : undefined
  }

  admit(address: string): boolean {
    return this.connects.admit(address, this.exchange.clock.steadyNow())
  }

  accept(socket: WebSocket, _path: string, _query: URLSearchParams, address: string): void {
    const { clock } = this.exchange
    const delivery = new Delivery(socket, address, clock, this.faults, false)
    const openedAt = clock.steadyNow()
    const connection: Connection = {
      socket,
      address,
      openedAt,
      topics: new Set(),
      delivery,
      account: undefined,
      heardAt: openedAt,
    }
    this.connections.add(connection)
    socket.on('close', () => {
      this.connections.delete(connection)
      delivery.stop()
    })
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => this.hear(connection, data))
  }

  /** Ends the connections that were silent or lived too long. */
  pulse(): void {
    const { clock } = this.exchange
    const now = clock.steadyNow()
    for (const { socket, openedAt, heardAt } of this.connections) {
      if (now - openedAt >= this.lifeMs || isIdle(heardAt, clock)) socket.terminate()
    }
  }

  report(): ConnectionReport[] {
    return [...this.connections].map(({ address, openedAt, topics, delivery }) => ({
      category: 'private',
      address,
      openedAt,
      subscriptions: topics.size,
      sent: delivery.sent,
    }))
  }

  reset(): void {
    this.connects.reset()
  }

  close(): void {
    for (const { socket } of this.connections) socket.close(1001)
  }

  private hear(connection: Connection, data: RawData): void {
    const { delivery } = connection
    connection.heardAt = this.exchange.clock.steadyNow()
    const request = parse(data)
    if (request === undefined) return delivery.reply({ success: false, ret_msg: 'error:invalid json' })
    const { op, args = [], req_id } = request
    const toAnswer = (of: object) => ({ ...of, req_id, conn_id: 'sim' })
    const answer = (of: object) => delivery.reply(toAnswer(of))
    if (op === 'ping')
      return delivery.pong(
        'stream/private/ping',
        JSON.stringify(toAnswer({ success: true, ret_msg: 'pong', op })),
      )
    if (op === 'auth') {
      const [key = '', expires = '', sign] = args
      const account = this.exchange.accounts.find(key)
      const expected =
        account && createHmac('sha256', account.secret).update(`GET/realtime${expires}`).digest('hex')
      if (account === undefined || expected !== sign || Number(expires) < this.exchange.clock.now())
        return answer({ success: false, ret_msg: 'error:USVC1111', op })
      connection.account = account
      return answer({ success: true, ret_msg: '', op })
    }
    if (connection.account === undefined)
      return answer({ success: false, ret_msg: 'error:not authorized', op })
    if (op !== 'subscribe' && op !== 'unsubscribe')
      return answer({ success: false, ret_msg: `error:unknown op,op:${op}`, op })
    const unknown = args.find((topic) => !knownTopics.has(topic))
    if (unknown !== undefined)
      return answer({ success: false, ret_msg: `error:handler not found,topic:${unknown}`, op })
    for (const topic of args) {
      if (op === 'subscribe') connection.topics.add(topic)
      else connection.topics.delete(topic)
    }
    answer({ success: true, ret_msg: '', op })
  }

  private tell(event: AccountEvent): void {
    const { account } = event
    if (![...this.connections].some((connection) => connection.account === account)) return
    const { market } = this.exchange
    const now = Math.max(this.exchange.clock.now(), event.time)
    const send = (topic: string, row: object) => this.send(account, topic, row, now)
    switch (event.kind) {
      case 'fill': {
        const { order, trade, position } = event
        send('execution', toTradeRow(account, trade))
        send('position', toPositionRow(account, market, position, now))
        send('order', toOrderRow(account, order, market.listings.get(order.symbol)))
        return send('wallet', toWalletRow(account, market, now))
      }
      case 'order':
        return send('order', toOrderRow(account, event.order, market.listings.get(event.order.symbol)))
      case 'conditional': {
        const { conditional } = event
        return send('order', toStopRow(account, conditional, market.listings.get(conditional.symbol)))
      }
      case 'balance':
        return send('wallet', toWalletRow(account, market, now))
      case 'leverage':
    }
  }

  private send(account: Account, topic: string, row: object, now: number): void {
    const event = { id: `${account.key}-${now}`, topic, creationTime: Math.floor(now), data: [row] }
    const message = { place: `stream/private/${topic}`, stream: topic, event }
    for (const connection of this.connections) {
      if (connection.account === account && connection.topics.has(topic)) connection.delivery.deliver(message)
    }
  }
}

interface Request {
  readonly op?: string
  readonly args?: readonly string[]
  readonly req_id?: unknown
}

/** Undefined for what is no request. */
function parse(data: RawData): Request | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
    const { op, args, req_id } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    const texts = Array.isArray(args) ? args.map(String) : []
    return { op: String(op), args: texts, ...(req_id === undefined ? {} : { req_id }) }
  } catch {
    return undefined
  }
}
