import type { RawData, WebSocket } from 'ws'
import { Delivery } from '../../streams/delivery.ts'
import type { Clock } from '../../core/clock.ts'
import type { Faults } from '../../core/faults.ts'
import type { Symbols } from '../symbols.ts'
import { openTopic, type Topic } from './topics.ts'

/** a connection that says nothing for so long is dropped; clients are asked to ping every 20 s */
const IDLE_MS = 600_000
/** of all topics of a connection together. https://bybit-exchange.github.io/docs/v5/ws/connect */
const MOST_CHARACTERS = 21_000

/** One client's connection to the public topics. */
export class Connection {
  readonly address: string
  readonly openedAt: number
  readonly delivery: Delivery
  readonly topics = new Map<string, Topic>()
  private readonly id: string
  private readonly socket: WebSocket
  private readonly clock: Clock
  private readonly symbols: Symbols
  private heardAt: number

  constructor(
    socket: WebSocket,
    id: string,
    address: string,
    clock: Clock,
    faults: Faults,
    symbols: Symbols,
  ) {
    this.socket = socket
    this.id = id
    this.address = address
    this.clock = clock
    this.symbols = symbols
    this.delivery = new Delivery(socket, address, clock, faults, false)
    this.openedAt = this.heardAt = clock.steadyNow()
    socket.on('message', (data) => this.hear(data))
    socket.on('error', () => socket.terminate())
  }

  /** Sends what the topics have to say, and ends a connection that was silent or lived too long. */
  pulse(now: number, lifeMs: number): void {
    const steady = this.clock.steadyNow()
    if (steady - this.openedAt >= lifeMs || steady - this.heardAt >= IDLE_MS) {
      this.end()
      return
    }
    for (const [topic, { kind, feed }] of this.topics) {
      for (const message of feed(now)) {
        this.delivery.deliver({ place: `stream/public/${kind}`, stream: topic, event: { topic, ...message } })
      }
    }
  }

  end(): void {
    this.socket.terminate()
  }

  private hear(data: RawData): void {
    this.heardAt = this.clock.steadyNow()
    const request = parse(data)
    if (request === undefined) {
      this.reply(false, 'error:invalid json', '', '')
      return
    }
    const op = typeof request.op === 'string' ? request.op : ''
    const reqId = typeof request.req_id === 'string' ? request.req_id : ''
    if (op === 'ping')
      this.delivery.pong('stream/public/ping', JSON.stringify(this.toReply(true, 'pong', reqId, op)))
    else if (op === 'subscribe' || op === 'unsubscribe') {
      const problem = this.change(op, request.args)
      this.reply(problem === undefined, problem ?? '', reqId, op)
    } else this.reply(false, `error:unknown op,op:${op}`, reqId, op)
  }

  /** A sentence when nothing was changed. */
  private change(op: 'subscribe' | 'unsubscribe', args: unknown): string | undefined {
    if (!Array.isArray(args) || !args.every((each) => typeof each === 'string')) return 'error:args'
    if (op === 'unsubscribe') {
      for (const topic of args) this.topics.delete(topic)
      return undefined
    }
    const opened = new Map<string, Topic>()
    for (const topic of args) {
      if (this.topics.has(topic) || opened.has(topic)) return `error:already subscribed,topic:${topic}`
      const found = openTopic(topic, this.symbols, this.clock)
      if (found === undefined) return `error:handler not found,topic:${topic}`
      opened.set(topic, found)
    }
    const characters = [...this.topics.keys(), ...opened.keys()].join('').length
    if (characters > MOST_CHARACTERS) return 'error:args too long'
    for (const [topic, found] of opened) this.topics.set(topic, found)
    return undefined
  }

  private reply(success: boolean, text: string, reqId: string, op: string): void {
    this.delivery.reply(this.toReply(success, text, reqId, op))
  }

  private toReply(success: boolean, text: string, reqId: string, op: string): object {
    return { success, ret_msg: text, conn_id: this.id, req_id: reqId, op }
  }
}

interface Request {
  readonly op?: unknown
  readonly args?: unknown
  readonly req_id?: unknown
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
