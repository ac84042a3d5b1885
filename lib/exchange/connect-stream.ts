import { secretsOf } from '../model/account-keys.ts'
import type { AccountKeys } from '../model/account-keys.ts'
import { hideSecrets } from '../model/secrets.ts'
import type { StreamConnection, StreamHandlers } from './account-exchange.ts'
import type { VenueClient } from './ccxt.ts'
import { openEventOrder } from './event-order.ts'
import type { VenueAccount } from './venue-account.ts'

type Venue = Pick<VenueAccount, 'accountTimeOf' | 'toUserEvents' | 'greeting'>

/** Who logs in where a venue asks for it; `now` is the venue's time. */
export interface StreamLogin {
  readonly keys: AccountKeys
  now(): number
}

/**
 * One connection to the events that are at `urls`, over ccxt's own WebSocket client; it is open when all of them are, and
 * ends with any of them. Begins at once.
 */
export function connectStream(
  client: VenueClient,
  venue: Venue,
  urls: readonly string[],
  login: StreamLogin,
  handlers: StreamHandlers,
): StreamConnection {
  const order = openEventOrder()
  const secrets = secretsOf(login.keys)
  const sockets: Socket[] = []
  let waiting = urls.length
  let ended = false

  // A closing handshake would wait for a peer that may be gone.
  const terminate = () => {
    ended = true
    for (const socket of sockets) (socket.connection as { terminate(): void } | undefined)?.terminate()
  }
  const end = (reason: string) => {
    if (ended) return
    terminate()
    handlers.onEnd(hideSecrets(reason, secrets))
  }
  const take = (message: unknown) => {
    try {
      const time = venue.accountTimeOf(message)
      const ordinal = time === undefined ? 0 : order.place(time, JSON.stringify(message))
      if (ordinal === undefined) return
      for (const event of venue.toUserEvents(message, ordinal)) handlers.onEvent(event)
    } catch (error) {
      handlers.onLost(hideSecrets(String(error), secrets))
    }
  }
  const open = () => {
    waiting -= 1
    if (waiting === 0) handlers.onOpen()
  }

  for (const url of urls) {
    const socket: Socket = client.client(url)
    // ccxt would give the next one who asks for this address the same socket; two of them must be able to overlap.
    delete client.clients[url]
    sockets.push(socket)
    const { connected, isAnswer } = greet(socket, venue.greeting, url, login, { open, end })
    // ccxt swallows what its callbacks throw.
    socket.onMessageCallback = (_: unknown, message: unknown) => {
      if (ended) return
      handlers.onSign()
      if (!isAnswer(message)) take(message)
    }
    socket.onConnectedCallback = () => {
      if (!ended) connected()
    }
    socket.onErrorCallback = (_: unknown, error: Error) => end(error.message)
    socket.onCloseCallback = (_: unknown, event: { code?: number }) => end(`closed with code ${event.code}`)
    socket.onPing = () => {
      if (!ended) handlers.onSign()
    }
    // Failures come by the callbacks; this promise is never rejected.
    void socket.connect()
  }
  return { close: terminate }
}

type Socket = ReturnType<VenueClient['client']>

/** What is said on a new connection until it is open, where its address alone does not open it. */
function greet(
  socket: Socket,
  greeting: VenueAccount['greeting'],
  url: string,
  by: StreamLogin,
  on: { open: () => void; end: (reason: string) => void },
): { connected: () => void; isAnswer: (message: unknown) => boolean } {
  if (greeting === undefined) return { connected: on.open, isAnswer: () => false }
  const { subscribe, answers } = greeting.subscription(url)
  let open = answers
  const send = (message: unknown) => {
    ;(socket.send(message) as Promise<unknown>).catch((error: unknown) => on.end(String(error)))
  }
  return {
    connected: () => send(greeting.login(by.keys, by.now())),
    isAnswer(message) {
      // ccxt asks for an answer to its own pings, and takes any word for one.
      socket.lastPong = Date.now()
      const answer = greeting.answerOf(message)
      if (answer === undefined) return false
      if (typeof answer === 'object') on.end(answer.refused)
      else if (answer === 'logged-in') send(subscribe)
      else if (answer === 'subscribed' && --open === 0) on.open()
      return true
    },
  }
}
