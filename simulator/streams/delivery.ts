import type { WebSocket } from 'ws'
import type { Clock } from '../core/clock.ts'
import type { Faults } from '../core/faults.ts'
import { closesCandle, toText, type Message } from './message.ts'

const REORDER_MS = 1000
/** a client that reads this much too slowly is disconnected */
const MOST_UNSENT_BYTES = 64 << 20

/** Sends messages to one connection, in order but for what the faults do to them. */
export class Delivery {
  sent = 0
  private readonly socket: WebSocket
  private readonly address: string
  private readonly clock: Clock
  private readonly faults: Faults
  private readonly isCombined: boolean
  /** what waits for its time, in order; `dueAt` is wall ms */
  private readonly waiting: { readonly text: string; readonly dueAt: number }[] = []
  private readonly timers = new Set<NodeJS.Timeout>()
  private timer: NodeJS.Timeout | undefined
  /** the text that comes after the next one */
  private held: string | undefined

  constructor(socket: WebSocket, address: string, clock: Clock, faults: Faults, isCombined: boolean) {
    this.socket = socket
    this.address = address
    this.clock = clock
    this.faults = faults
    this.isCombined = isCombined
  }

  deliver(message: Message): void {
    if (this.faults.isEmpty && this.waiting.length === 0 && this.held === undefined) {
      this.write(this.wrap(message, 0))
      return
    }
    const hits = this.faults.take(this.address, message.place)
    if (hits.cut !== undefined) {
      this.socket.terminate()
      return
    }
    if (hits.drop !== undefined || hits.silence !== undefined) return
    const text = this.wrap(message, hits.eventTimeBehind?.ms ?? 0)
    if (hits.lateClose !== undefined && closesCandle(message)) {
      this.later(hits.lateClose.ms, () => this.write(text))
      return
    }
    if (hits.reorder !== undefined && this.held === undefined) {
      this.held = text
      this.later(hits.reorder.ms ?? REORDER_MS, () => this.release())
      return
    }
    const { ms = 0, spreadMs = 0 } = hits.delay ?? {}
    const lateMs = ms + Math.floor(spreadMs === 0 ? 0 : this.faults.chance() * (spreadMs + 1))
    this.queue(text, lateMs)
    this.release()
    if (hits.duplicate === undefined) return
    const { ms: againMs = 0 } = hits.duplicate
    if (againMs === 0) this.queue(text, lateMs)
    else this.later(againMs, () => this.queue(text, 0))
  }

  /** An answer to the client itself, which no fault touches. */
  reply(answer: object): void {
    this.socket.send(JSON.stringify(answer))
  }

  /** An answer to the client's ping, which silence keeps back; `place` is `stream/private/ping`. */
  pong(place: string, text: string): void {
    if (this.faults.take(this.address, place).silence === undefined) this.socket.send(text)
  }

  stop(): void {
    clearTimeout(this.timer)
    for (const timer of this.timers) clearTimeout(timer)
  }

  private wrap(message: Message, behindMs: number): string {
    const text = toText(message, behindMs)
    return this.isCombined ? `{"stream":${JSON.stringify(message.stream)},"data":${text}}` : text
  }

  private release(): void {
    const text = this.held
    this.held = undefined
    if (text !== undefined) this.queue(text, 0)
  }

  private queue(text: string, delayMs: number): void {
    const dueAt = Date.now() + this.clock.toWallMs(delayMs)
    if (this.waiting.length === 0 && delayMs === 0) {
      this.write(text)
      return
    }
    this.waiting.push({ text, dueAt: Math.max(dueAt, this.waiting.at(-1)?.dueAt ?? 0) })
    this.timer ??= setTimeout(() => this.flush(), dueAt - Date.now())
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.waiting[0]!.dueAt <= Date.now())
      this.write(this.waiting.shift()!.text)
    const [next] = this.waiting
    this.timer = next && setTimeout(() => this.flush(), Math.max(1, next.dueAt - Date.now()))
  }

  private later(spanMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      run()
    }, this.clock.toWallMs(spanMs))
    this.timers.add(timer)
  }

  private write(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    if (this.socket.bufferedAmount > MOST_UNSENT_BYTES) {
      this.socket.terminate()
      return
    }
    this.sent += 1
    this.socket.send(text)
  }
}
