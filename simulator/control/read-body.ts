import type { IncomingMessage } from 'node:http'
import { RequestProblem } from './request-problem.ts'

const MOST_BYTES = 256 << 10

/** The body of a request as text. Throws RequestProblem when it is too long. */
export async function readText(stream: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > MOST_BYTES) throw new RequestProblem(`expected a body of at most ${MOST_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** The JSON body of a request, undefined when there is none. Throws RequestProblem. */
export async function readBody(stream: IncomingMessage): Promise<unknown> {
  const text = await readText(stream)
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new RequestProblem(`expected a JSON body, found "${text.slice(0, 100)}"`)
  }
}
