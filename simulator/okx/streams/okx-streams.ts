import type { WebSocket } from 'ws'
import type { AccountEvent } from '../../account/account-events.ts'
import type { Exchange } from '../../account/exchange.ts'
import type { Faults } from '../../core/faults.ts'
import type { ConnectionReport, Streams } from '../../core/streams.ts'
import { Instruments } from '../instruments.ts'
import { SpanLimits } from '../span-limits.ts'
import { accountChannels, toMessages, toSnapshot } from './account-channels.ts'
import { keyOf, type Argument, type Request } from './argument.ts'
import { openFeed } from './channels.ts'
import { Connection, type Lives } from './connection.ts'
import { login } from './login.ts'

/** wall ms between two looks at the channels */
const LEAST_FEED_MS = 45
/** connections of an address in a second, on all paths together */
const MOST_CONNECTS = 3
/** connections of an account to one of these channels */
const MOST_OF_CHANNEL = 30
const COUNTED = new Set(['account', 'positions', 'orders'])
const categories: Readonly<Record<string, string>> = {
  '/ws/v5/public': 'public',
  '/ws/v5/private': 'private',
  '/ws/v5/business': 'business',
}

/** OKX v5 over its WebSocket wire. https://www.okx.com/docs-v5/en/#overview-websocket */
export class OkxStreams implements Streams {
  private readonly exchange: Exchange
  private readonly faults: Faults
  private readonly lives: Lives
  private readonly instruments: Instruments
  private readonly connects = new SpanLimits()
  private readonly connections = new Set<Connection>()
  private opened = 0
  private fedAt = 0

  constructor(exchange: Exchange, faults: Faults, lives: Lives) {
    this.exchange = exchange
    this.faults = faults
    this.lives = lives
    this.instruments = new Instruments(exchange.market)
    exchange.listen((event) => this.tell(event))
  }

  categoryOf(path: string): string | undefined {
    return Object.hasOwn(categories, path) ? categories[path] : undefined
  }

  admit(address: string): boolean {
    const charge = { key: address, limit: MOST_CONNECTS, count: 1, spanMs: 1000, code: '50011' } as const
    return this.connects.admit([charge], this.exchange.clock.steadyNow()) === undefined
  }

  accept(socket: WebSocket, path: string, _query: URLSearchParams, address: string): void {
    this.opened += 1
    const from = { id: this.opened.toString(16).padStart(8, '0'), path, address }
    const connection: Connection = new Connection(socket, from, this.exchange.clock, this.faults, (request) =>
      this.hear(connection, request),
    )
    this.connections.add(connection)
    socket.on('close', () => {
      this.connections.delete(connection)
      connection.delivery.stop()
    })
  }

  pulse(): void {
    if (Date.now() - this.fedAt < LEAST_FEED_MS) return
    this.fedAt = Date.now()
    const now = this.exchange.clock.now()
    for (const connection of this.connections) connection.pulse(now, this.lives)
  }

  report(): ConnectionReport[] {
    return [...this.connections].map(({ kind, address, openedAt, subscriptions, delivery }) => ({
      category: kind,
      address,
      openedAt,
      subscriptions: subscriptions.size,
      sent: delivery.sent,
    }))
  }

  reset(): void {
    this.connects.reset()
  }

  close(): void {
    for (const connection of this.connections) connection.end()
  }

  private hear(connection: Connection, { op, args }: Request): void {
    if (op === 'login') {
      this.login(connection, args[0] ?? {})
      return
    }
    if (op !== 'subscribe' && op !== 'unsubscribe') {
      connection.refuse('60012', `Illegal request: {"op":"${op.slice(0, 50)}"}`)
      return
    }
    for (const arg of args) {
      if (op === 'subscribe') this.subscribe(connection, arg)
      else {
        connection.subscriptions.delete(keyOf(arg))
        connection.answer({ event: 'unsubscribe', arg })
      }
    }
  }

  private login(connection: Connection, arg: Argument): void {
    const { accounts, clock } = this.exchange
    const outcome = login(arg, accounts, clock.now(), clock.rate)
    if ('code' in outcome) {
      connection.refuse(outcome.code, outcome.msg)
      return
    }
    connection.account = outcome
    connection.answer({ event: 'login', code: '0', msg: '' })
  }

  private subscribe(connection: Connection, arg: Argument): void {
    const { channel = '', instId } = arg
    if (accountChannels[connection.path]?.includes(channel) === true) {
      this.subscribeAccount(connection, arg, channel)
      return
    }
    const feed = openFeed(connection.path, arg, this.instruments, this.exchange.clock)
    if (feed === undefined) {
      const of = instId === undefined ? '' : `,instId:${instId}`
      connection.refuse('60018', `Wrong URL or channel:${channel}${of} doesn't exist.`)
      return
    }
    // Asked for again it is acknowledged again, and goes on.
    if (!connection.subscriptions.has(keyOf(arg))) connection.subscriptions.set(keyOf(arg), { arg, feed })
    connection.answer({ event: 'subscribe', arg })
  }

  private subscribeAccount(connection: Connection, arg: Argument, channel: string): void {
    const { account } = connection
    if (account === undefined) {
      connection.refuse('60011', 'Please log in')
      return
    }
    const others = [...this.connections].filter(
      (each) => each !== connection && each.account === account && isSubscribed(each, channel),
    ).length
    if (COUNTED.has(channel) && others >= MOST_OF_CHANNEL) {
      connection.answer({ event: 'channel-conn-count-error', channel, connCount: String(others) })
      return
    }
    const subscription = { arg, feed: undefined }
    connection.subscriptions.set(keyOf(arg), subscription)
    connection.answer({ event: 'subscribe', arg })
    if (COUNTED.has(channel))
      connection.answer({ event: 'channel-conn-count', channel, connCount: String(others + 1) })
    const { market, clock } = this.exchange
    const snapshot = toSnapshot(account, market, arg, clock.now())
    if (snapshot !== undefined) connection.tell(subscription, 'private', snapshot)
  }

  private tell(event: AccountEvent): void {
    const listening = [...this.connections].filter(({ account }) => account === event.account)
    if (listening.length === 0) return
    const { market, clock } = this.exchange
    const now = Math.max(clock.now(), event.time)
    for (const { channel, message } of toMessages(event, market, now)) {
      for (const connection of listening) {
        for (const subscription of connection.subscriptions.values()) {
          const { arg } = subscription
          if (arg.channel !== channel || !concerns(arg, message.data[0])) continue
          connection.tell(subscription, 'private', message)
        }
      }
    }
  }
}

function isSubscribed({ subscriptions }: Connection, channel: string): boolean {
  return [...subscriptions.values()].some(({ arg }) => arg.channel === channel)
}

/** Whether a row is of the instrument that was asked for, if one was. */
function concerns({ instId }: Argument, row: object | undefined): boolean {
  return instId === undefined || (row !== undefined && 'instId' in row && row.instId === instId)
}
