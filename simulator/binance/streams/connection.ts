import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../../core/clock.ts'
import type { Faults } from '../../core/faults.ts'
import { Delivery } from '../../streams/delivery.ts'

/** What the venue gives at `/public`, `/market` and `/private`; the paths from before stay open and silent. */
export type Category = 'public' | 'market' | 'private' | 'old'

const PING_MS = 180_000
const PONG_MS = 600_000
const MOST_STREAMS = 1024
/** of the client's own seconds */
const MOST_INCOMING = 10
const TOO_MANY = 1008
/** wall ms a client has to answer the closing of its connection */
const CLOSING_MS = 1000

interface Watcher {
  readonly subscribed: (connection: Connection, streams: readonly string[]) => void
  readonly unsubscribed: (connection: Connection, streams: readonly string[]) => void
}

/** One client's connection: its subscriptions, its pings and its end. */
export class Connection {
  readonly category: Category
  readonly address: string
  readonly streams = new Set<string>()
  readonly delivery: Delivery
  readonly openedAt: number
  private readonly socket: WebSocket
  private readonly clock: Clock
  private readonly faults: Faults
  private readonly watcher: Watcher
  private pingedAt: number
  private pongedAt: number
  private incomingSince = 0
  private incoming = 0

  constructor(
    socket: WebSocket,
    from: { category: Category; address: string; isCombined: boolean },
    clock: Clock,
    faults: Faults,
    watcher: Watcher,
  ) {
    this.socket = socket
    this.category = from.category
    this.address = from.address
    this.clock = clock
    this.faults = faults
    this.watcher = watcher
    this.delivery = new Delivery(socket, from.address, clock, faults, from.isCombined)
    this.openedAt = this.pingedAt = this.pongedAt = clock.steadyNow()
    socket.on('pong', () => (this.pongedAt = clock.steadyNow()))
    socket.on('ping', () => this.countIncoming())
    socket.on('message', (data) => this.countIncoming() && this.hear(data))
    socket.on('error', () => socket.terminate())
  }

  /** Pings when it is time, and ends a connection that lived long enough or answers no more. */
  pulse(lifeMs: number): void {
    const now = this.clock.steadyNow()
    if (now - this.openedAt >= lifeMs) this.end(1000, '')
    else if (now - this.pongedAt >= PONG_MS + PING_MS) this.socket.terminate()
    else if (now - this.pingedAt >= PING_MS) {
      this.pingedAt = now
      const place = `stream/${this.category}/ping`
      if (this.faults.take(this.address, place).silence === undefined) this.socket.ping(String(now))
      else this.pongedAt = now
    }
  }

  subscribe(streams: readonly string[]): void {
    for (const stream of streams) this.streams.add(stream)
    this.watcher.subscribed(this, streams)
  }

  end(code: number, reason: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    this.socket.close(code, reason)
    const timer = setTimeout(() => this.socket.terminate(), CLOSING_MS)
    this.socket.once('close', () => clearTimeout(timer))
  }

  private countIncoming(): boolean {
    const now = Date.now()
    if (now - this.incomingSince >= 1000) {
      this.incomingSince = now
      this.incoming = 0
    }
    this.incoming += 1
    if (this.incoming <= MOST_INCOMING) return true
    this.end(TOO_MANY, 'Too many requests')
    return false
  }

  private hear(data: RawData): void {
    const request = parse(data)
    if (request === undefined) {
      this.delivery.reply({ error: { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' } })
      return
    }
    const { method, id = null } = request
    const problem = (msg: string) => this.delivery.reply({ error: { code: 2, msg }, id })
    const params = Array.isArray(request.params) ? (request.params as unknown[]) : undefined
    if (method === 'LIST_SUBSCRIPTIONS') {
      this.delivery.reply({ result: [...this.streams], id })
      return
    }
    if (method !== 'SUBSCRIBE' && method !== 'UNSUBSCRIBE') {
      problem(`Invalid request: unknown variant \`${String(method)}\``)
      return
    }
    if (params === undefined || !params.every((each) => typeof each === 'string')) {
      problem('Invalid request: request ID must be an unsigned integer, params an array of strings')
      return
    }
    if (method === 'UNSUBSCRIBE') {
      for (const stream of params) this.streams.delete(stream)
      this.watcher.unsubscribed(this, params)
    } else if (new Set([...this.streams, ...params]).size > MOST_STREAMS) {
      problem(`Invalid request: more than ${MOST_STREAMS} streams`)
      return
    } else this.subscribe(params)
    this.delivery.reply({ result: null, id })
  }
}

interface Request {
  readonly method?: unknown
  readonly params?: unknown
  readonly id?: unknown
}

function parse(data: RawData): Request | undefined {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
    const parsed: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined
  } catch {
    return undefined
  }
}
