import type { WebSocket } from 'ws'
import type { AccountEvent } from '../../account/account-events.ts'
import type { Exchange } from '../../account/exchange.ts'
import type { Faults } from '../../core/faults.ts'
import type { ConnectionReport, Streams } from '../../core/streams.ts'
import type { ListenKeys } from '../listen-keys.ts'
import { Connection, type Category } from './connection.ts'
import { openFeed, toMessage, type OpenFeed } from './feeds.ts'
import type { Message } from '../../streams/message.ts'
import { toUserEvents } from './user-events.ts'

/**
 * Wall ms between two looks at the market streams: at --rate 60 and 200 symbols 20,000 messages a second took half a core
 * and told nobody more.
 */
const LEAST_FEED_MS = 45

interface Subscribed {
  /** undefined for a stream that tells nothing */
  readonly open: OpenFeed | undefined
  readonly connections: Set<Connection>
}

/**
 * Binance USDⓈ-M over its WebSocket wire, on the routes it has since 2026-04-23: a stream asked for on the wrong one is
 * acknowledged and silent, and so are all streams on the routes of before.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
 */
export class BinanceStreams implements Streams {
  private readonly exchange: Exchange
  private readonly faults: Faults
  private readonly listenKeys: ListenKeys
  private readonly lifeMs: number
  private fedAt = 0
  private readonly connections = new Set<Connection>()
  private readonly byStream = new Map<string, Subscribed>()

  constructor(exchange: Exchange, faults: Faults, listenKeys: ListenKeys, lifeMs: number) {
    this.exchange = exchange
    this.faults = faults
    this.listenKeys = listenKeys
    this.lifeMs = lifeMs
    exchange.listen((event) => this.tell(event))
  }

  categoryOf(path: string): Category | undefined {
    const match = /^(?:\/(public|market|private))?\/(?:ws|stream)(?:\/|$)/.exec(path)
    return match === null ? undefined : ((match[1] as Category | undefined) ?? 'old')
  }

  accept(socket: WebSocket, path: string, query: URLSearchParams, address: string): void {
    const category = this.categoryOf(path) ?? 'old'
    const isCombined = /\/stream(?:\/|$)/.test(path)
    const { clock } = this.exchange
    const connection = new Connection(socket, { category, address, isCombined }, clock, this.faults, {
      subscribed: (of, streams) => this.subscribe(of, streams),
      unsubscribed: (of, streams) => this.unsubscribe(of, streams),
    })
    this.connections.add(connection)
    socket.on('close', () => {
      this.connections.delete(connection)
      this.unsubscribe(connection, [...connection.streams])
      connection.delivery.stop()
    })
    connection.subscribe(toFirstStreams(path, query))
  }

  pulse(): void {
    const now = this.exchange.clock.now()
    if (Date.now() - this.fedAt >= LEAST_FEED_MS) this.feed(now)
    for (const connection of this.connections) connection.pulse(this.lifeMs)
    for (const listenKey of this.listenKeys.expire(now)) {
      this.send(listenKey, { e: 'listenKeyExpired', E: now, listenKey })
    }
    for (const listenKey of this.listenKeys.takeClosed()) {
      for (const connection of this.byStream.get(listenKey)?.connections ?? []) connection.end(1000, '')
    }
  }

  /** Sends what the market streams have to say. */
  private feed(now: number): void {
    this.fedAt = Date.now()
    for (const [stream, { open, connections }] of this.byStream) {
      if (open === undefined) continue
      for (const event of open.feed(now)) {
        if (Array.isArray(event) && event.length === 0) continue
        const message = toMessage(open, stream, event)
        for (const connection of connections) {
          if (connection.category === open.category) connection.delivery.deliver(message)
        }
      }
    }
  }

  report(): ConnectionReport[] {
    return [...this.connections].map(({ category, address, openedAt, streams, delivery }) => ({
      category,
      address,
      openedAt,
      subscriptions: streams.size,
      sent: delivery.sent,
    }))
  }

  close(): void {
    for (const connection of this.connections) connection.end(1001, '')
  }

  private tell(event: AccountEvent): void {
    const listenKey = this.listenKeys.keyOf(event.account)
    if (listenKey === undefined || !this.byStream.has(listenKey)) return
    const now = this.exchange.clock.now()
    for (const each of toUserEvents(event, this.exchange.market, now)) this.send(listenKey, each)
  }

  private send(listenKey: string, event: Message['event'] & { readonly e?: string }): void {
    const message = { place: `stream/private/${event.e}`, stream: listenKey, event }
    for (const connection of this.byStream.get(listenKey)?.connections ?? []) {
      if (connection.category === 'private') connection.delivery.deliver(message)
    }
  }

  private subscribe(connection: Connection, streams: readonly string[]): void {
    for (const stream of streams) {
      let subscribed = this.byStream.get(stream)
      if (subscribed === undefined) {
        const { market, clock } = this.exchange
        subscribed = { open: openFeed(stream, market, clock), connections: new Set() }
        this.byStream.set(stream, subscribed)
      }
      subscribed.connections.add(connection)
    }
  }

  private unsubscribe(connection: Connection, streams: readonly string[]): void {
    for (const stream of streams) {
      const subscribed = this.byStream.get(stream)
      subscribed?.connections.delete(connection)
      if (subscribed?.connections.size === 0) this.byStream.delete(stream)
    }
  }
}

/** The streams named in the address: `/private/ws?listenKey=K`, `/market/ws/btcusdt@kline_1m`, `/market/stream?streams=a/b`. */
function toFirstStreams(path: string, query: URLSearchParams): string[] {
  const [named = ''] = /(?<=\/ws\/).+$/.exec(path) ?? []
  const streams = `${query.get('streams') ?? ''}/${query.get('listenKey') ?? ''}/${named}`.split('/')
  // Clients of ccxt number their connections: /market/ws/0.
  return streams
    .map((each) => each.replaceAll('%40', '@'))
    .filter((each) => each !== '' && !/^\d+$/.test(each))
}
