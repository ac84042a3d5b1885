import { hideSecrets } from '../model/secrets.ts'
import type { StreamConnection, StreamHandlers } from './account-exchange.ts'
import type { VenueClient } from './ccxt.ts'
import { openEventOrder } from './event-order.ts'
import type { VenueAccount } from './venue-account.ts'

/** One connection to the events that `url` leads to, over ccxt's own WebSocket client. Begins at once. */
export function connectStream(
  client: VenueClient,
  venue: Pick<VenueAccount, 'accountTimeOf' | 'toUserEvent'>,
  url: string,
  handlers: StreamHandlers,
): StreamConnection {
  const order = openEventOrder()
  const socket = client.client(url)
  // ccxt would give the next one who asks for this address the same socket; two of them must be able to overlap.
  delete client.clients[url]
  let ended = false

  const end = (reason: string) => {
    if (ended) return
    ended = true
    handlers.onEnd(hideSecrets(reason))
  }
  const lost = (error: unknown) => handlers.onLost(hideSecrets(String(error)))

  // ccxt swallows what its callbacks throw.
  socket.onMessageCallback = (_: unknown, message: unknown) => {
    if (ended) return
    try {
      handlers.onSign()
      const time = venue.accountTimeOf(message)
      const ordinal = time === undefined ? 0 : order.place(time, JSON.stringify(message))
      if (ordinal !== undefined) handlers.onEvent(venue.toUserEvent(message, ordinal))
    } catch (error) {
      lost(error)
    }
  }
  socket.onConnectedCallback = () => {
    if (!ended) handlers.onOpen()
  }
  socket.onErrorCallback = (_: unknown, error: Error) => end(error.message)
  socket.onCloseCallback = (_: unknown, event: { code?: number }) => end(`closed with code ${event.code}`)
  socket.onPing = () => {
    if (!ended) handlers.onSign()
  }
  // Failures come by the callbacks; this promise is never rejected.
  void socket.connect()

  return {
    close() {
      ended = true
      // A closing handshake would wait for a peer that may be gone.
      ;(socket.connection as { terminate(): void }).terminate()
    },
  }
}
