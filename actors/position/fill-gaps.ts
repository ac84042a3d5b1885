import { describeError } from '../../lib/model/errors.ts'
import { askAccount } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import type { Taken } from './take-reports.ts'

/** Asks for what the stream has not told: where no other process does, nobody else would. */
export interface GapFiller {
  /** something may have been missed until now */
  fill(reason: string): void
  stop(): void
}

// Real ms after a failure.
const firstPauseMs = 1_000
const longestPauseMs = 10_000

/** One filling at a time; a gap that comes meanwhile is filled by one more. */
export function fillGaps(actor: AccountActor, taken: Taken): GapFiller {
  const { log } = actor.hub
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let wanted = false
  let pauseMs = firstPauseMs
  let stopped = false

  async function run(): Promise<void> {
    busy = true
    wanted = false
    try {
      await taken.take('account', await askAccount(actor, (exchange) => exchange.fetchAccount()))
      await taken.take('risk', await askAccount(actor, (exchange) => exchange.fetchPositions()))
      pauseMs = firstPauseMs
    } catch (error) {
      log.warn({ error: describeError(error) }, 'what the stream has not told could not be asked for')
      wanted = true
    }
    busy = false
    if (!wanted || stopped) return
    timer = setTimeout(() => void run(), pauseMs)
    pauseMs = Math.min(2 * pauseMs, longestPauseMs)
  }

  return {
    fill(reason) {
      log.debug({ reason }, 'asking for what the stream has not told')
      wanted = true
      if (busy || stopped) return
      clearTimeout(timer)
      void run()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
