import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { AccountExchange, UserEvent } from '../../lib/exchange/account-exchange.ts'
import { openAccountExchange } from '../../lib/exchange/open-account-exchange.ts'
import { openOrderExchange } from '../../lib/exchange/open-order-exchange.ts'
import type { OrderExchange } from '../../lib/exchange/order-exchange.ts'
import { createClock } from '../../lib/hub/clock.ts'
import { closeKeys } from '../../lib/model/account-keys.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { RecordingGate } from './recording-gate.ts'

/** A request as it came. */
export interface CameRequest {
  /** `GET /path?query` */
  readonly line: string
  readonly query: URLSearchParams
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** A venue that answers as the test says, over HTTP and WebSocket, and keeps what came. */
export interface SignedVenue {
  readonly url: string
  readonly requests: CameRequest[]
  /** what clients sent by WebSocket, with the path of their connection */
  readonly sent: { readonly path: string; readonly text: string }[]
  readonly sockets: Map<string, WebSocket>
  lines(): string[]
  close(): Promise<void>
}

/** Starts one on a free port of loopback. `answers` are by path; a function makes one of a request. */
export async function startSignedVenue(of: {
  readonly answers: Record<string, unknown>
  readonly onText?: (path: string, text: string, send: (message: unknown) => void) => void
}): Promise<SignedVenue> {
  const requests: CameRequest[] = []
  const sent: { path: string; text: string }[] = []
  const sockets = new Map<string, WebSocket>()
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://loopback')
      const came = {
        line: `${request.method} ${url.pathname}${url.search}`,
        query: url.searchParams,
        body: Buffer.concat(pieces).toString(),
        headers: request.headers,
      }
      requests.push(came)
      const found = of.answers[url.pathname]
      const answer: unknown =
        typeof found === 'function' ? (found as (of: CameRequest) => unknown)(came) : found
      response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    })
  })
  const streams = new WebSocketServer({ server })
  streams.on('connection', (socket, request) => {
    const path = request.url ?? ''
    sockets.set(path, socket)
    const send = (message: unknown) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      sent.push({ path, text })
      of.onText?.(path, text, send)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sent,
    sockets,
    lines: () => requests.map(({ line }) => line),
    close: () =>
      new Promise((resolve) => {
        for (const socket of streams.clients) socket.terminate()
        streams.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What a test asks such a venue with; everything ends after the test. */
export interface SignedClients {
  readonly venue: SignedVenue
  readonly account: AccountExchange
  readonly orders: OrderExchange
  readonly gate: RecordingGate
}

export const signedKeys = { key: 'the-key', secret: 'the-secret', passphrase: 'the-phrase' } as const

/** Opens an account and its orders at a venue that answers as told, with a clock that is right from the start. */
export function withSignedVenue(
  id: string,
): (of: Parameters<typeof startSignedVenue>[0]) => Promise<SignedClients> {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })
  return async (of) => {
    const venue = await startSignedVenue(of)
    const gate = openRecordingGate()
    const { key, secret, passphrase } = signedKeys
    const options = {
      url: venue.url,
      localAddress: '',
      proxy: '',
      gate,
      account: 'main',
      keys: closeKeys(key, secret, passphrase),
      clock: createClock(1, { offsetMs: 0, errorMs: 1 }),
    }
    const account = await openAccountExchange(id, options)
    const orders = await openOrderExchange(id, options)
    closing.push(
      () => venue.close(),
      () => account.close(),
      () => orders.close(),
    )
    return { venue, account, orders, gate }
  }
}

/** What a connection to the events of an account told. */
export interface Heard {
  readonly events: UserEvent[]
  readonly ends: string[]
  readonly lost: string[]
  isOpen(): boolean
  close(): void
}

/** Connects to the events of an account. */
export async function hear(account: AccountExchange): Promise<Heard> {
  const events: UserEvent[] = []
  const ends: string[] = []
  const lost: string[] = []
  let open = false
  const connection = (await account.openStreamKey()).connect({
    onOpen: () => (open = true),
    onEvent: (event) => events.push(event),
    onSign: () => {},
    onLost: (reason) => lost.push(reason),
    onEnd: (reason) => ends.push(reason),
  })
  return { events, ends, lost, isOpen: () => open, close: () => connection.close() }
}

/** HMAC-SHA256. */
export function signed(secret: string, text: string, as: 'base64' | 'hex'): string {
  return createHmac('sha256', secret).update(text).digest(as)
}
