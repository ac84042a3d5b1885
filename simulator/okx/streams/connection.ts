import type { RawData, WebSocket } from 'ws'
import type { Account } from '../../account/account.ts'
import type { Clock } from '../../core/clock.ts'
import type { Faults } from '../../core/faults.ts'
import { Delivery } from '../../streams/delivery.ts'
import { keyOf, parseRequest, type Argument, type Request } from './argument.ts'
import type { Feed } from './feed.ts'

/** subscribe, unsubscribe and login together, of one connection. https://www.okx.com/docs-v5/en/#overview-websocket-overview */
const MOST_REQUESTS = 480
const HOUR_MS = 3_600_000
/** how long before its end a connection is told of it */
const NOTICE_MS = 60_000

export interface Subscription {
  readonly arg: Argument
  /** undefined for what an account is told */
  readonly feed: Feed | undefined
}

export interface Lives {
  /** simulated ms that a connection lives */
  readonly lifeMs: number
  /** ms of the client's time in which it must be told something, or ask for a pong */
  readonly idleMs: number
}

/** One client's connection: what it is subscribed to, how much it asks, and its end. */
export class Connection {
  readonly id: string
  readonly path: string
  readonly address: string
  readonly openedAt: number
  readonly delivery: Delivery
  readonly subscriptions = new Map<string, Subscription>()
  account: Account | undefined
  private readonly socket: WebSocket
  private readonly clock: Clock
  /** times of the requests of the last hour */
  private readonly requests: number[] = []
  private isNoticed = false
  private sentBefore = 0
  private aliveAt: number

  constructor(
    socket: WebSocket,
    from: { readonly id: string; readonly path: string; readonly address: string },
    clock: Clock,
    faults: Faults,
    hear: (request: Request) => void,
  ) {
    this.socket = socket
    this.id = from.id
    this.path = from.path
    this.address = from.address
    this.clock = clock
    this.delivery = new Delivery(socket, from.address, clock, faults, false)
    this.openedAt = this.aliveAt = clock.steadyNow()
    socket.on('message', (data) => this.hear(toText(data), hear))
    socket.on('error', () => socket.terminate())
  }

  /** What a connection tells belongs to the market or to an account. */
  get kind(): 'public' | 'private' {
    return this.account === undefined && !this.path.endsWith('/private') ? 'public' : 'private'
  }

  /** Sends what the market channels have to say, and ends a connection that nobody needs or that lived long enough. */
  pulse(now: number, { lifeMs, idleMs }: Lives): void {
    const steady = this.clock.steadyNow()
    if (this.delivery.sent !== this.sentBefore) this.aliveAt = steady
    this.sentBefore = this.delivery.sent
    if (steady - this.openedAt >= lifeMs || steady - this.aliveAt >= idleMs * Math.max(1, this.clock.rate)) {
      this.end()
      return
    }
    if (!this.isNoticed && steady - this.openedAt >= lifeMs - NOTICE_MS) {
      this.isNoticed = true
      const msg = 'The connection will soon be closed for a service upgrade. Please reconnect.'
      this.answer({ event: 'notice', code: '64008', msg })
    }
    for (const subscription of this.subscriptions.values()) {
      for (const data of subscription.feed?.(now) ?? []) this.tell(subscription, 'public', { data })
    }
  }

  /** One message of a channel to its subscriber. */
  tell({ arg }: Subscription, kind: 'public' | 'private', message: object): void {
    const channel = arg.channel ?? ''
    const event = { arg, ...message }
    this.delivery.deliver({ place: `stream/${kind}/${channel}`, stream: keyOf(arg), event })
  }

  answer(of: object): void {
    this.delivery.reply({ ...of, connId: this.id })
  }

  refuse(code: string, msg: string): void {
    this.answer({ event: 'error', code, msg })
  }

  end(): void {
    this.socket.terminate()
  }

  private hear(text: string, hear: (request: Request) => void): void {
    const now = this.clock.steadyNow()
    this.aliveAt = now
    if (text === 'ping') {
      this.delivery.pong(`stream/${this.kind}/ping`, 'pong')
      return
    }
    const request = parseRequest(text)
    if (request === undefined) {
      this.refuse('60012', `Illegal request: ${text.slice(0, 200)}`)
      return
    }
    while (this.requests.length > 0 && now - this.requests[0]! >= HOUR_MS) this.requests.shift()
    if (this.requests.length >= MOST_REQUESTS) {
      this.refuse('60014', 'Requests too frequent')
      return
    }
    this.requests.push(now)
    hear(request)
  }
}

function toText(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8')
}
