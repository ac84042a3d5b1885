import type { WebSocket } from 'ws'

/** One open stream connection, for the stats. Times in simulated ms. */
export interface ConnectionReport {
  readonly category: string
  readonly address: string
  readonly openedAt: number
  readonly subscriptions: number
  readonly sent: number
}

/** A venue's WebSocket side. */
export interface Streams {
  /** The category of streams a path gives (`public`), undefined when it is not the venue's. */
  categoryOf(path: string): string | undefined
  /** False when an address opens more connections than the venue lets it. */
  admit?(address: string): boolean
  /** Takes over a connection that was opened at this path. */
  accept(socket: WebSocket, path: string, query: URLSearchParams, address: string): void
  /** Does what is due by now: market messages, pings, ends of lives. */
  pulse(): void
  report(): ConnectionReport[]
  /** Forgets what was counted. */
  reset?(): void
  close(): void
}
