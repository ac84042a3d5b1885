import { createHmac } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import type { AccountEvent } from '../account/account-events.ts'
import type { Account } from '../account/account.ts'
import type { Exchange } from '../account/exchange.ts'
import type { Faults } from '../core/faults.ts'
import type { ConnectionReport, Streams } from '../core/streams.ts'
import { Delivery } from '../streams/delivery.ts'
import { toAccountRow, toAlgoRow, toOrderRow, toPositionRow } from './rows.ts'

const channels: Readonly<Record<string, readonly string[]>> = {
  '/ws/v5/private': ['account', 'positions', 'orders'],
  '/ws/v5/business': ['orders-algo'],
}

interface Argument {
  readonly channel?: string
  readonly apiKey?: string
  readonly passphrase?: string
  readonly timestamp?: string
  readonly sign?: string
}

interface Connection {
  readonly socket: WebSocket
  readonly path: string
  readonly address: string
  readonly openedAt: number
  readonly channels: Map<string, Argument>
  readonly delivery: Delivery
  account: Account | undefined
}

/** The private events of OKX v5. https://www.okx.com/docs-v5/en/#overview-websocket */
export class OkxStreams implements Streams {
  private readonly exchange: Exchange
  private readonly faults: Faults
  private readonly connections = new Set<Connection>()

  constructor(exchange: Exchange, faults: Faults) {
    this.exchange = exchange
    this.faults = faults
    exchange.listen((event) => this.tell(event))
  }

  categoryOf(path: string): string | undefined {
    return Object.hasOwn(channels, path) ? 'private' : undefined
  }

  accept(socket: WebSocket, path: string, _query: URLSearchParams, address: string): void {
    const { clock } = this.exchange
    const delivery = new Delivery(socket, address, clock, this.faults, false)
    const openedAt = clock.now()
    const connection = { socket, path, address, openedAt, channels: new Map(), delivery, account: undefined }
    this.connections.add(connection)
    socket.on('close', () => {
      this.connections.delete(connection)
      delivery.stop()
    })
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => this.hear(connection, toText(data)))
  }

  pulse(): void {}

  report(): ConnectionReport[] {
    return [...this.connections].map(({ address, openedAt, channels: { size }, delivery: { sent } }) => ({
      category: 'private',
      address,
      openedAt,
      subscriptions: size,
      sent,
    }))
  }

  close(): void {
    for (const { socket } of this.connections) socket.close(1001)
  }

  private hear(connection: Connection, text: string): void {
    if (text === 'ping') return connection.delivery.pong('stream/private/ping', 'pong')
    const { op, args = [] } = JSON.parse(text) as { op?: string; args?: Argument[] }
    const answer = (of: object) => connection.delivery.reply({ ...of, connId: 'sim' })
    if (op === 'login') {
      const account = this.findAccount(args[0] ?? {})
      if (account === undefined) return answer({ event: 'error', code: '60009', msg: 'Login failed.' })
      connection.account = account
      return answer({ event: 'login', code: '0', msg: '' })
    }
    for (const arg of args) {
      const channel = arg.channel ?? ''
      if (connection.account === undefined) answer({ event: 'error', code: '60011', msg: 'Please log in' })
      else if (op !== 'subscribe' || channels[connection.path]?.includes(channel) !== true)
        answer({ event: 'error', code: '60018', msg: `Wrong URL or channel:${channel} doesn't exist.` })
      else {
        connection.channels.set(channel, arg)
        answer({ event: 'subscribe', arg })
        this.tellAll(connection, connection.account, channel)
      }
    }
  }

  private findAccount({ apiKey = '', passphrase = '', timestamp = '', sign }: Argument): Account | undefined {
    const account = this.exchange.accounts.find(apiKey)
    if (account === undefined || passphrase === '') return undefined
    const expected = createHmac('sha256', account.secret)
      .update(`${timestamp}GET/users/self/verify`)
      .digest('base64')
    return expected === sign ? account : undefined
  }

  /** What stands when a channel is subscribed to. */
  private tellAll(connection: Connection, account: Account, channel: string): void {
    const { market, clock } = this.exchange
    const now = clock.now()
    if (channel === 'account') this.sendTo(connection, channel, [toAccountRow(account, market, now)])
    if (channel !== 'positions') return
    const held = [...account.positions.values()].filter((each) => each.size !== 0n)
    this.sendTo(
      connection,
      channel,
      held.map((each) => toPositionRow(account, market, each, now)),
    )
  }

  private tell(event: AccountEvent): void {
    const { account } = event
    const { market } = this.exchange
    const now = Math.max(this.exchange.clock.now(), event.time)
    switch (event.kind) {
      case 'fill':
        this.send(account, 'orders', toOrderRow(account, market, event.order))
        this.send(account, 'positions', toPositionRow(account, market, event.position, now))
        return this.send(account, 'account', toAccountRow(account, market, now))
      case 'order':
        return this.send(account, 'orders', toOrderRow(account, market, event.order))
      case 'conditional':
        return this.send(account, 'orders-algo', toAlgoRow(market, event.conditional))
      case 'balance':
        return this.send(account, 'account', toAccountRow(account, market, now))
      case 'leverage':
    }
  }

  private send(account: Account, channel: string, row: object): void {
    for (const connection of this.connections)
      if (connection.account === account && connection.channels.has(channel))
        this.sendTo(connection, channel, [row])
  }

  private sendTo(connection: Connection, channel: string, data: readonly object[]): void {
    const event = { arg: connection.channels.get(channel), data }
    connection.delivery.deliver({ place: `stream/private/${channel}`, stream: channel, event })
  }
}

function toText(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8')
}
