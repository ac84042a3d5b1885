import type { Redis } from 'ioredis'

/** Commands that `send` gives to a connection leave in one write, so that the server is woken once and answers once. */
export function atOnce<T>(redis: Redis, send: () => T): T {
  // There is none before it has connected, whatever its type says.
  const stream = redis.stream as Redis['stream'] | undefined
  stream?.cork()
  try {
    return send()
  } finally {
    stream?.uncork()
  }
}
