import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { RedisEndpoint } from '../../lib/hub/redis-endpoint.ts'

/** A connection that sends commands as they are, one at a time: the cheapest client there is. */
export interface RawConnection {
  /** sends a command and gives its reply's first line; throws what Redis refuses */
  send(command: string): Promise<string>
  close(): void
}

/** The wire text of a command; its parts are ASCII. */
export function toCommand(...parts: readonly (string | number)[]): string {
  return `*${parts.length}\r\n${parts.map((part) => `$${String(part).length}\r\n${part}\r\n`).join('')}`
}

/** Connects and logs in. */
export async function connectRaw({ host, port, password = '' }: RedisEndpoint): Promise<RawConnection> {
  const socket = connect({ host, port, noDelay: true })
  socket.setEncoding('latin1')
  await once(socket, 'connect')
  const connection = overSocket(socket)
  await connection.send(toCommand('AUTH', password))
  return connection
}

function overSocket(socket: Socket): RawConnection {
  let received = ''
  let answer: { resolve(line: string): void; reject(error: Error): void } | undefined
  const fail = (error: Error) => {
    answer?.reject(error)
    answer = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('Redis closed the connection')))
  socket.on('data', (chunk: string) => {
    received += chunk
    if (endOfReply(received, 0) !== received.length) return
    const line = received.slice(0, received.indexOf('\r\n'))
    received = ''
    if (line.startsWith('-')) fail(new Error(`Redis refused a command: ${line}`))
    else answer?.resolve(line)
  })
  return {
    send: (command) =>
      new Promise((resolve, reject) => {
        answer = { resolve, reject }
        socket.write(command, 'latin1')
      }),
    close: () => socket.destroy(),
  }
}

/** Where the reply that begins at `from` ends; -1 when it has not all come yet. */
function endOfReply(text: string, from: number): number {
  const line = text.indexOf('\r\n', from)
  if (line < 0) return -1
  const kind = text[from]
  if (kind !== '$' && kind !== '*') return line + 2
  const count = Number(text.slice(from + 1, line))
  if (kind === '$') {
    const end = count < 0 ? line + 2 : line + 4 + count
    return end > text.length ? -1 : end
  }
  let end = line + 2
  for (let i = 0; i < count && end >= 0; i++) end = endOfReply(text, end)
  return end
}
