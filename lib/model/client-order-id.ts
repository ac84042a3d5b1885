import { createHash } from 'node:crypto'

// Letters and digits only, and short enough for the strictest venue (OKX: 32).
const prefix = 'sl'
const hashLength = 28

/**
 * The id of an intent, which is its order's client order id: the same signal of a strategy gives the same id in every
 * process and after every restart, so that it can never become two orders.
 */
export function clientOrderIdOf(account: string, strategy: string, signalId: string): string {
  return prefix + hashOf([account, strategy, signalId]).slice(0, hashLength)
}

/** The sha256 of some words, in hex; no two lists of words share it. */
export function hashOf(words: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(words)).digest('hex')
}
