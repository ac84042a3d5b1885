import type { WebSocket } from 'ws'
import type { Clock } from '../../core/clock.ts'
import type { ConnectLimit } from '../../core/connect-limit.ts'
import type { Faults } from '../../core/faults.ts'
import type { Market } from '../../core/market.ts'
import type { ConnectionReport, Streams } from '../../core/streams.ts'
import { Symbols } from '../symbols.ts'
import { Connection } from './connection.ts'

/** wall ms between two looks at the topics */
const LEAST_FEED_MS = 45

/** Bybit v5's public topics of linear contracts. https://bybit-exchange.github.io/docs/v5/ws/connect */
export class PublicStreams implements Streams {
  private readonly clock: Clock
  private readonly faults: Faults
  private readonly lifeMs: number
  private readonly symbols: Symbols
  private readonly connects: ConnectLimit
  private readonly connections = new Set<Connection>()
  private opened = 0
  private fedAt = 0

  constructor(market: Market, clock: Clock, faults: Faults, lifeMs: number, connects: ConnectLimit) {
    this.clock = clock
    this.faults = faults
    this.lifeMs = lifeMs
    this.symbols = new Symbols(market)
    this.connects = connects
  }

  categoryOf(path: string): string | undefined {
    return path === '/v5/public/linear' ? 'public' : undefined
  }

  admit(address: string): boolean {
    return this.connects.admit(address, this.clock.steadyNow())
  }

  accept(socket: WebSocket, _path: string, _query: URLSearchParams, address: string): void {
    this.opened += 1
    const id = `sim-${this.opened}`
    const connection = new Connection(socket, id, address, this.clock, this.faults, this.symbols)
    this.connections.add(connection)
    socket.on('close', () => {
      this.connections.delete(connection)
      connection.delivery.stop()
    })
  }

  pulse(): void {
    if (Date.now() - this.fedAt < LEAST_FEED_MS) return
    this.fedAt = Date.now()
    const now = this.clock.now()
    for (const connection of this.connections) connection.pulse(now, this.lifeMs)
  }

  report(): ConnectionReport[] {
    return [...this.connections].map(({ address, openedAt, topics, delivery }) => ({
      category: 'public',
      address,
      openedAt,
      subscriptions: topics.size,
      sent: delivery.sent,
    }))
  }

  close(): void {
    for (const connection of this.connections) connection.end()
  }
}
