import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub/hub.ts'
import type { Turns } from '../hub/turns.ts'
import { describeError } from '../model/errors.ts'
import type { Egress } from './egress.ts'

/** Requests that several processes make in turn. */
export interface TurnPolls {
  counts(): { polls: number; failures: number }
  /** ends the egress's waits, too */
  stop(): Promise<void>
}

// Real ms.
const awayMs = 200
// One answer may be slow while the next turn comes; a third would only add to a venue that is slow already.
const mostUnderWay = 2

/**
 * Polls at each of this member's turns until it is stopped, while the address is open, the venue's clock is known and
 * `isReady` says so; a poll that fails is told to the log as `what`.
 */
export function pollInTurns(
  hub: Hub,
  of: {
    readonly what: string
    readonly egress: Egress
    readonly turns: Turns
    isReady(): Promise<boolean>
    poll(): Promise<void>
  },
): TurnPolls {
  const { egress, turns } = of
  let stopped = false
  let polls = 0
  let failures = 0
  const underWay = new Set<Promise<void>>()

  async function poll(): Promise<void> {
    try {
      await of.poll()
      polls += 1
    } catch (error) {
      failures += 1
      hub.log.warn({ error: describeError(error) }, `${of.what} were not polled`)
    }
  }

  async function run(): Promise<void> {
    let afterMs = 0
    while (!stopped) {
      const closedMs = egress.closedUntil() - Date.now()
      const waitMs = closedMs > 0 ? closedMs : turns.untilNext(afterMs)
      const isReady = Number.isFinite(hub.clock.errorMs()) && (await of.isReady().catch(() => false))
      if (waitMs === undefined || !isReady || closedMs > 0) {
        await sleep(Math.min(waitMs ?? awayMs, awayMs))
        continue
      }
      // In short steps, because members may come and go meanwhile.
      if (waitMs > awayMs) {
        await sleep(awayMs)
        afterMs = 0
        continue
      }
      await sleep(waitMs)
      afterMs = 1
      if (underWay.size >= mostUnderWay) continue
      const one = poll().finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await Promise.allSettled(underWay)
  }
  const ended = run()
  return {
    counts: () => ({ polls, failures }),
    async stop() {
      stopped = true
      // A poll may wait for weight for longer than a stop may take.
      egress.stop()
      await ended
    },
  }
}
