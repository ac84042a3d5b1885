import type { StreamConnection, StreamKey, UserEvent } from '../exchange/account-exchange.ts'
import { describeError } from '../model/errors.ts'

/** One connection of a stream and what is known of it. Moments are real ms of a clock that never steps. */
export interface StreamLink {
  readonly key: StreamKey
  readonly startedAt: number
  /** undefined until it is open */
  readonly openedAt: number | undefined
  /** when the venue last gave a sign of life on it, if only a ping */
  readonly signAt: number
  readonly isOver: boolean
  close(): void
}

export interface LinkHandlers {
  onOpen(link: StreamLink): void
  onEvent(link: StreamLink, event: UserEvent): void
  onLost(link: StreamLink, reason: string): void
  onEnd(link: StreamLink, reason: string): void
}

/** Connects to the events of a key. */
export function openStreamLink(key: StreamKey, handlers: LinkHandlers): StreamLink {
  const startedAt = performance.now()
  let openedAt: number | undefined
  let signAt = startedAt
  let isOver = false
  let connection: StreamConnection | undefined

  const link: StreamLink = {
    key,
    startedAt,
    get openedAt() {
      return openedAt
    },
    get signAt() {
      return signAt
    },
    get isOver() {
      return isOver
    },
    close() {
      isOver = true
      connection?.close()
    },
  }
  const end = (reason: string) => {
    if (isOver) return
    isOver = true
    handlers.onEnd(link, reason)
  }
  try {
    connection = key.connect({
      onOpen() {
        openedAt = signAt = performance.now()
        handlers.onOpen(link)
      },
      onSign() {
        signAt = performance.now()
      },
      onEvent: (event) => handlers.onEvent(link, event),
      onLost: (reason) => handlers.onLost(link, reason),
      onEnd: end,
    })
  } catch (error) {
    // In its own turn, so that whoever opens a link knows it before it hears of its end.
    queueMicrotask(() => end(describeError(error)))
  }
  return link
}
