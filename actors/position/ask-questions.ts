import { foldLog } from '../../lib/hub/fold-log.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { describeError } from '../../lib/model/errors.ts'
import { askAccount } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'

/** Symbols whose positions are asked for one by one, because a snapshot lacked them. */
export interface Questions {
  /** asks for a symbol, unless that was done of late */
  ask(symbol: string): void
  counts(): { questions: number }
  stop(): void
}

// Real ms. A symbol that a lagging answer lacks again and again is asked for less and less often.
const firstPauseMs = 1_000
const longestPauseMs = 30_000
const forgottenAfterMs = 60_000
const mostWaiting = 1_000

/** Asks one question after the other; `take` merges the answers, in which a flat position is an explicit zero. */
export function askQuestions(
  actor: AccountActor,
  take: (report: AccountReport) => Promise<boolean>,
): Questions {
  const { log } = actor.hub
  const fold = foldLog(log)
  const waiting = new Set<string>()
  const asked = new Map<string, { at: number; pauseMs: number }>()
  let questions = 0
  let busy = false
  let stopped = false

  async function run(): Promise<void> {
    busy = true
    for (const symbol of waiting) {
      if (stopped) break
      waiting.delete(symbol)
      try {
        questions += 1
        const isSettled = await take(await askAccount(actor, (exchange) => exchange.fetchPosition(symbol)))
        if (isSettled) asked.delete(symbol)
      } catch (error) {
        fold(`a position could not be asked for: ${describeError(error)}`, { symbol })
      }
    }
    busy = false
  }

  return {
    ask(symbol) {
      const now = Date.now()
      const before = asked.get(symbol)
      const isRecent = before !== undefined && now - before.at < forgottenAfterMs
      if (isRecent && now - before.at < before.pauseMs) return
      if (waiting.size >= mostWaiting) return
      const pauseMs = isRecent ? Math.min(2 * before.pauseMs, longestPauseMs) : firstPauseMs
      asked.delete(symbol)
      asked.set(symbol, { at: now, pauseMs })
      for (const [oldest, { at }] of asked) {
        if (now - at < forgottenAfterMs) break
        asked.delete(oldest)
      }
      waiting.add(symbol)
      if (!busy) void run()
    },
    counts: () => ({ questions }),
    stop() {
      stopped = true
    },
  }
}
