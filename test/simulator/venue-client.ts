import { createHmac } from 'node:crypto'
import { getJson, request, type Answer } from './request.ts'
import { openStream, type Stream } from './open-stream.ts'

export type Body = Readonly<Record<string, unknown>>
/** any answer of a venue, its rows as they are told */
export type Told = Readonly<Record<string, unknown>>

/** Signed requests of one account in the words of OKX or Bybit, as their pages write them down. */
export interface VenueClient {
  readonly url: string
  readonly key: string
  send(place: string, body?: Body | readonly Body[], localAddress?: string): Promise<Answer>
  /** the parsed body */
  ask(place: string, body?: Body | readonly Body[]): Promise<Told>
  /** logged in, not subscribed to anything; `path` is the venue's own for what belongs to an account */
  openStream(path: string): Promise<Stream>
  now(): number
}

interface Signing {
  /** headers of a request; `text` is its query or its body */
  readonly toHeaders: (request: {
    method: string
    path: string
    text: string
    now: number
  }) => Record<string, string>
  readonly toLogin: (now: number) => object
  readonly isLoggedIn: (event: Told) => boolean
}

export type Open = (url: string, key?: string, secret?: string) => Promise<VenueClient>

export const openOkx: Open = (url, key = 'demo', secret = 'demo') => {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64')
  return openClient(url, key, {
    toHeaders({ method, path, text, now }) {
      const timestamp = new Date(now).toISOString()
      const sent = method === 'GET' ? (text === '' ? path : `${path}?${text}`) : `${path}${text}`
      return {
        'OK-ACCESS-KEY': key,
        'OK-ACCESS-PASSPHRASE': 'a phrase',
        'OK-ACCESS-TIMESTAMP': timestamp,
        'OK-ACCESS-SIGN': sign(`${timestamp}${method}${sent}`),
      }
    },
    toLogin(now) {
      const timestamp = String(Math.floor(now / 1000))
      const login = {
        apiKey: key,
        passphrase: 'a phrase',
        timestamp,
        sign: sign(`${timestamp}GET/users/self/verify`),
      }
      return { op: 'login', args: [login] }
    },
    isLoggedIn: (event) => event['event'] === 'login' && event['code'] === '0',
  })
}

export const openBybit: Open = (url, key = 'demo', secret = 'demo') => {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
  return openClient(url, key, {
    toHeaders: ({ text, now }) => ({
      'X-BAPI-API-KEY': key,
      'X-BAPI-TIMESTAMP': String(now),
      'X-BAPI-RECV-WINDOW': '5000',
      'X-BAPI-SIGN': sign(`${now}${key}5000${text}`),
    }),
    toLogin(now) {
      const expires = String(now + 600_000)
      return { op: 'auth', args: [key, expires, sign(`GET/realtime${expires}`)] }
    },
    isLoggedIn: (event) => event['op'] === 'auth' && event['success'] === true,
  })
}

async function openClient(url: string, key: string, signing: Signing): Promise<VenueClient> {
  const clock = await getJson<{ rate: number; behindMs: number; offsetMs: number }>(`${url}/_sim/stats`)
  const now = () => Math.floor(Date.now() * clock.rate) - clock.behindMs + clock.offsetMs
  const send: VenueClient['send'] = (place, body = {}, localAddress = '127.0.0.1') => {
    const [method, path] = place.split(' ') as [string, string]
    const isRead = method === 'GET'
    const text = isRead
      ? new URLSearchParams(body as Record<string, string>).toString()
      : JSON.stringify(body)
    const headers = signing.toHeaders({ method, path, text, now: now() })
    const asked = isRead && text !== '' ? `${url}${path}?${text}` : `${url}${path}`
    return request(asked, { method, headers, localAddress, ...(isRead ? {} : { text }) })
  }
  return {
    url,
    key,
    send,
    now,
    ask: async (place, body) => JSON.parse((await send(place, body)).body) as Told,
    async openStream(path) {
      const stream = await openStream(url, path)
      stream.send(signing.toLogin(now()))
      await stream.wait(signing.isLoggedIn)
      return stream
    },
  }
}
