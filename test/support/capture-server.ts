import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that came. */
export interface Captured {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
}

/** A server that keeps what is posted to it and answers as it is told. */
export interface CaptureServer {
  readonly url: string
  readonly requests: Captured[]
  /** the next answers, in order, `none` for no answer at all; afterwards, and at first, 200 with `usual` */
  readonly answers: ({ status: number; body?: unknown; headers?: Record<string, string> } | 'none')[]
  usual: unknown
  close(): Promise<void>
}

/** Starts it on a free port of loopback. */
export async function startCaptureServer(): Promise<CaptureServer> {
  const requests: Captured[] = []
  const answers: CaptureServer['answers'] = []
  const http = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>
      requests.push({ path: request.url ?? '', headers: request.headers, body })
      const answer = answers.shift() ?? { status: 200, body: server.usual }
      if (answer === 'none') return
      response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers })
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const server: CaptureServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    answers,
    usual: {},
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}
