import { createHash } from 'node:crypto'

// Letters and digits only, and short enough for the strictest venue (OKX: 32).
const prefix = 'sl'
const hashLength = 28

/**
 * The client order id of a strategy's signal on an account: the same signal gives the same id in every
 * process and after every restart, so that it can never become two orders.
 */
export function clientOrderIdOf(account: string, strategy: string, signalId: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([account, strategy, signalId]))
    .digest('hex')
  return prefix + hash.slice(0, hashLength)
}
