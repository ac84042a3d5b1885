import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

// Given up before the simulator would do so.
const agent = new Agent({ keepAlive: true, timeout: 1_000 })
// A look costs a request, and many wait for seconds.
const pollMs = 30

/** One request from `localAddress`, on a connection that no other one has; rejects when the body does not come whole. */
export function request(
  url: string,
  how: {
    method?: string
    body?: unknown
    text?: string
    localAddress?: string
    headers?: Record<string, string>
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', body, localAddress = '127.0.0.1', headers = {} } = how
    const sent = httpRequest(url, { method, localAddress, headers, agent }, (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (received += part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: received }),
      )
    })
    sent.on('error', reject)
    sent.end(body === undefined ? how.text : JSON.stringify(body))
  })
}

/** The parsed answer of a GET that must succeed. */
export async function getJson<T>(url: string): Promise<T> {
  const { status, body } = await request(url)
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body}`)
  return JSON.parse(body) as T
}

/** Sends JSON to the simulator itself. */
export async function postJson(url: string, body: unknown): Promise<Answer> {
  return request(url, { method: 'POST', body })
}

/** Asks again and again until `read` gives something, for at most 20 s. */
export async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const found = await read()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error('not reached within 20 s')
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

export type KlineRow = [
  openTime: number,
  open: string,
  high: string,
  low: string,
  close: string,
  volume: string,
  closeTime: number,
  quoteVolume: string,
  trades: number,
  takerVolume: string,
  takerQuoteVolume: string,
  ignored: string,
]

export interface MarketReport {
  readonly source: string
  readonly reel: { readonly recordedFrom: number; readonly minutes: number; readonly shiftMs: number }
  readonly symbols: {
    readonly symbol: string
    readonly plain: boolean
    readonly copyOf?: { readonly symbol: string; readonly shiftMinutes: number }
  }[]
}
