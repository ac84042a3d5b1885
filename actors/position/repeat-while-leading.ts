import type { Hub } from '../../lib/hub/hub.ts'
import { describeError } from '../../lib/model/errors.ts'

/** Something that one process does for all, now and then. */
export interface Repeated {
  /** does it now, or, while it is under way, once more */
  now(): void
  stop(): void
}

// Market ms after what failed or is not done, or while another process leads, and the real ms at least.
const againAfterMs = { market: 5_000, least: 500 } as const

/**
 * Runs `run` again and again while `isLeader`, every `everyMs` of market time, the first time `firstAfterMs` of real time
 * from now. What failed, or was not done as `run` says, is soon tried again.
 */
export function repeatWhileLeading(
  hub: Hub,
  of: { what: string; everyMs: number; firstAfterMs: number; isLeader: () => boolean },
  run: () => Promise<boolean>,
): Repeated {
  let timer: NodeJS.Timeout | undefined
  let busy = false
  let again = false
  let stopped = false
  const againMs = Math.max(againAfterMs.least, hub.clock.toRealMs(againAfterMs.market))

  async function look(): Promise<void> {
    clearTimeout(timer)
    busy = true
    again = false
    let nextMs = againMs
    try {
      if (of.isLeader() && (await run())) nextMs = hub.clock.toRealMs(of.everyMs)
    } catch (error) {
      hub.log.warn({ error: describeError(error) }, `${of.what} could not be read`)
    }
    busy = false
    if (!stopped) timer = setTimeout(() => void look(), again ? 0 : nextMs)
  }
  timer = setTimeout(() => void look(), of.firstAfterMs)

  return {
    now() {
      again = true
      if (!busy && !stopped) void look()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
