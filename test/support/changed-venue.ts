import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a venue does to an answer: `path` without its query, and the body as it would be; undefined: there is no such path. */
export type ChangeAnswer = (path: string, body: unknown) => unknown

/** A venue that stands before another one and changes some of its answers. */
export interface ChangedVenue {
  readonly url: string
  /** replaces what is done to answers */
  change(by: ChangeAnswer): void
  close(): Promise<void>
}

/** Starts one on a free port of loopback, before the venue at `url`. Streams pass as they are. */
export async function startChangedVenue(url: string): Promise<ChangedVenue> {
  const target = new URL(url)
  const sockets = new Set<Duplex>()
  let by: ChangeAnswer = (_, body) => body

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const own = ['host', 'connection', 'content-length']
    const headers = Object.entries(request.headers).filter(([name]) => !own.includes(name))
    const answer = await fetch(new URL(request.url ?? '/', url), {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(headers) as Record<string, string>,
      ...(pieces.length === 0 ? {} : { body: Buffer.concat(pieces) }),
    })
    const path = (request.url ?? '').split('?')[0] ?? ''
    const body = by(path, await answer.json())
    response.writeHead(body === undefined ? 404 : answer.status, { 'Content-Type': 'application/json' })
    response.end(body === undefined ? '<html>404 Not Found</html>' : JSON.stringify(body))
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const other = connect(Number(target.port), target.hostname, () => {
      const lines = request.rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')
      other.write(`GET ${request.url} HTTP/1.1\r\n${lines}\r\n`)
      other.write(head)
      socket.pipe(other).pipe(socket)
    })
    for (const each of [socket, other]) {
      sockets.add(each)
      each.on('error', () => {
        socket.destroy()
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    change: (next) => void (by = next),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
