import type { IncomingMessage, ServerResponse } from 'node:http'
import { openExchange } from '../../lib/exchange/open-exchange.ts'
import type { Exchange } from '../../lib/exchange/exchange.ts'
import { openRecordingGate } from './recording-gate.ts'
import type { RecordingGate } from './recording-gate.ts'
import { sendJson, startVenueServer } from './venue-server.ts'

/** A venue that answers each path with one payload. */
export interface AnsweringVenue {
  readonly exchange: Exchange
  readonly gate: RecordingGate
  /** path and query of every request so far */
  readonly asked: string[]
}

/** Answers with a status and headers of its own. */
export interface OtherAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Opens exchanges whose venue answers as told; all end after the test. */
export function withAnswers(): (
  venue: string,
  answers: Readonly<Record<string, unknown>>,
  other?: OtherAnswer,
) => Promise<AnsweringVenue> {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })
  return async (venue, answers, other) => {
    const asked: string[] = []
    const server = await startVenueServer((request: IncomingMessage, response: ServerResponse) => {
      const url = request.url ?? ''
      asked.push(url)
      const found = answers[url] ?? answers[url.split('?')[0] ?? '']
      if (other === undefined && found !== undefined) return sendJson(response, found)
      const { status, headers, body } = other ?? { status: 404, headers: {}, body: {} }
      response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body))
    })
    const gate = openRecordingGate()
    const exchange = await openExchange(venue, { url: server.url, localAddress: '', proxy: '', gate })
    closing.push(
      () => server.close(),
      () => exchange.close(),
    )
    return { exchange, gate, asked }
  }
}
