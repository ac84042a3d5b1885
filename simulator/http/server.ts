import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerControl } from '../control/answer-control.ts'
import { readText } from '../control/read-body.ts'
import type { Log } from '../log.ts'
import { acceptStreams } from './accept-streams.ts'
import { answerVenue } from './answer-venue.ts'
import { send } from './send.ts'
import type { World } from './world.ts'

const MOST_CONNECTIONS = 8192

/** The HTTP server of a world, not yet listening. */
export function openServer(world: World, log: Log): Server {
  const server = createServer(
    {
      // Longer than the 60 s of clients' pools, so that a pooled connection is never closed while it is being reused.
      keepAliveTimeout: 90_000,
      headersTimeout: 20_000,
      requestTimeout: 30_000,
      noDelay: true,
    },
    (request, response) => handle(world, log, request, response),
  )
  server.maxConnections = MOST_CONNECTIONS
  server.on('connection', (socket) => {
    const address = toAddress(socket)
    if (!world.faults.takeConnection(address)) return
    world.traffic.recordOf(address).refusedConnections += 1
    socket.destroy()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    log.debug(`malformed request: ${error.code ?? error.message}`)
    if (socket.writable && error.code !== 'ECONNRESET') {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    } else socket.destroy()
  })
  acceptStreams(world, server, toAddress)
  return server
}

function handle(world: World, log: Log, request: IncomingMessage, response: ServerResponse): void {
  const arrivedAt = performance.timeOrigin + performance.now()
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
  const address = toAddress(request.socket)
  response.on('error', (error) => log.debug(`${address} ${path}: ${error.message}`))
  log.debug(`${address} ${request.method} ${url}`)
  if (path.startsWith('/_sim/')) {
    answerControl(world, { method: request.method ?? 'GET', path, query, stream: request }, response)
    return
  }
  const venue = world.venues.find((each) => each.owns(path))
  if (venue === undefined) {
    request.resume()
    const headers = { 'Content-Type': 'text/html' }
    send(response, world.clock, { status: 404, body: '<html><body>404 Not Found</body></html>', headers })
    return
  }
  const method = request.method ?? 'GET'
  const queryText = mark < 0 ? '' : url.slice(mark + 1)
  const { headers } = request
  const answer = (body: string) => {
    if (method !== 'GET') world.arrivals.record({ at: arrivedAt, method, path, text: `${queryText}&${body}` })
    answerVenue(world, venue, { method, path, query, queryText, body, headers, address }, response)
  }
  if (method === 'GET') {
    request.resume()
    answer('')
  } else {
    void readText(request).then(answer, (error: Error) => {
      log.debug(`${address} ${path}: ${error.message}`)
      response.destroy()
    })
  }
}

function toAddress(socket: Socket): string {
  const address = socket.remoteAddress ?? 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}
