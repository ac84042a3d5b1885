import { describeError, RetryLaterError, VenueRejectedError } from '../model/errors.ts'

/** What a server answered; no more of the body than is worth looking at. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** the body as JSON; undefined where it is none */
  readonly body: unknown
}

// Real ms. A server that takes a connection and then says nothing must not hold a message for long.
const timeoutMs = 3_000
/** How soon what was refused for reasons that a person must mend is tried again. */
export const mendMs = 30_000
const mostText = 16_384

/** Posts JSON. Throws RetryLaterError when no answer came; says nothing of the address, which may be a secret. */
export async function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await readText(response)
    return { status: response.status, headers: response.headers, text, body: parse(text) }
  } catch (error) {
    throw new RetryLaterError(`no answer: ${describeError(error)}`, { retryAt: Date.now() })
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > mostText) break
  }
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A field of an answer's body; undefined where there is none. */
export function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

/** A field of an answer's body that is text; undefined where there is none. */
export function textOf(body: unknown, name: string): string | undefined {
  const value = fieldOf(body, name)
  return typeof value === 'string' ? value : undefined
}

/**
 * The failure that an HTTP status means by itself: not now (429, 5xx and the like), not until a person has mended the
 * access (401, 403, 404, 410), or never.
 */
export function toFailure({ status, headers, text }: Answer): RetryLaterError | VenueRejectedError {
  const says = `answered ${status}: ${text.slice(0, 300)}`
  const now = Date.now()
  if (status === 429) return new RetryLaterError(says, { retryAt: now + secondsIn(headers, 'retry-after') })
  if (status >= 500 || status === 408 || status === 425) return new RetryLaterError(says, { retryAt: now })
  if ([401, 403, 404, 410].includes(status)) return new RetryLaterError(says, { retryAt: now + mendMs })
  return new VenueRejectedError(says, { code: String(status) })
}

/** Real ms that a header gives in seconds; 0 where it is missing or no number. */
export function secondsIn(headers: Headers, name: string): number {
  const seconds = Number(headers.get(name) ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}
