import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { World } from './world.ts'

const MOST_BYTES = 64 << 10

/** Hands WebSocket connections to the venue that knows their path; refuses the others. */
export function acceptStreams(world: World, server: Server, toAddress: (socket: Socket) => string): void {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_BYTES })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const url = request.url ?? '/'
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
    const streams = world.streams.find((each) => each.categoryOf(path) !== undefined)
    if (streams === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const address = toAddress(socket)
    const place = `stream/${streams.categoryOf(path)}/connect`
    if (world.faults.take(address, place).refuse !== undefined) {
      world.traffic.recordOf(address).refusedConnections += 1
      socket.destroy()
      return
    }
    if (streams.admit?.(address) === false) {
      world.traffic.recordOf(address).limitRefusals += 1
      socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (opened) => streams.accept(opened, path, query, address))
  })
}
