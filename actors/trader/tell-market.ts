import type { Log } from '../../lib/hub/log.ts'
import type { Market } from '../../lib/market/follow-market.ts'

// Real ms.
const lookEveryMs = 50

/**
 * Says on the log when the market is complete, when it is lost, and when it is back; `onComplete` is called
 * the first time. The function given back ends it.
 */
export function tellMarket(log: Log, market: Market, onComplete: () => void): () => void {
  const startedAt = performance.now()
  let wasComplete = false
  let lostAt: number | undefined
  const timer = setInterval(() => {
    const { symbols } = market.counts()
    const isComplete = market.isComplete() && symbols > 0
    if (!wasComplete && isComplete) {
      wasComplete = true
      const tookMs = Math.round(performance.now() - startedAt)
      log.info({ symbols, tookMs }, 'the market is complete')
      onComplete()
    } else if (wasComplete && lostAt === undefined && !isComplete) {
      lostAt = performance.now()
      log.warn('the market is lost: nothing new is opened until a symbol is known again')
    } else if (lostAt !== undefined && isComplete) {
      log.info({ symbols, awayMs: Math.round(performance.now() - lostAt) }, 'the market is complete again')
      lostAt = undefined
    }
  }, lookEveryMs)
  return () => clearInterval(timer)
}
