import { WebSocket } from 'ws'

export type Event = Readonly<Record<string, unknown>>

/** A client's connection that keeps all it hears; a bare `pong` as `{text}`. */
export interface Stream {
  readonly socket: WebSocket
  readonly heard: Event[]
  /** The first event that is so, heard already or within 8 s; `from` skips as many of those heard. */
  wait(isIt: (event: Event) => boolean, from?: number): Promise<Event>
  /** The events of a type heard so far. */
  of(type: string): Event[]
  send(request: object): void
  close(): void
}

export async function openStream(url: string, path: string): Promise<Stream> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`)
  const heard: Event[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    const text = data.toString()
    const parsed = text === 'pong' ? { text } : (JSON.parse(text) as Event | Event[])
    heard.push(...(Array.isArray(parsed) ? parsed : [parsed]))
    for (const look of waiting) look()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return {
    socket,
    heard,
    of: (type) => heard.filter((event) => event['e'] === type),
    send: (request) => socket.send(JSON.stringify(request)),
    close: () => socket.terminate(),
    wait: (isIt, from = 0) =>
      new Promise((resolve, reject) => {
        let next = from
        const look = () => {
          for (; next < heard.length; next++) {
            if (!isIt(heard[next]!)) continue
            waiting.delete(look)
            clearTimeout(timer)
            resolve(heard[next]!)
            return
          }
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          reject(
            new Error(`not heard within 8 s, but ${heard.length} others: ${JSON.stringify(heard.at(-1))}`),
          )
        }, 8000)
        waiting.add(look)
        look()
      }),
  }
}

/** The account's stream, by a listenKey of its own. */
export async function openUserStream(
  client: { readonly url: string; ask: <T>(place: string) => Promise<T> },
  route = '/private/ws',
): Promise<Stream> {
  const { listenKey } = await client.ask<{ listenKey: string }>('POST /fapi/v1/listenKey')
  return openStream(client.url, `${route}?listenKey=${listenKey}`)
}
