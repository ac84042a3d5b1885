import { foldLog } from '../../lib/hub/fold-log.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { describeError } from '../../lib/model/errors.ts'

/** Runs `run` every `everyMs` of real time, never twice at once; a failure is logged and the next time comes. */
export function repeat(
  hub: Hub,
  { what, everyMs }: { what: string; everyMs: number },
  run: () => Promise<void>,
): { now(): void; stop(): void } {
  const fold = foldLog(hub.log)
  let busy = false
  let again = false
  let stopped = false

  async function look(): Promise<void> {
    if (stopped) return
    if (busy) {
      again = true
      return
    }
    busy = true
    try {
      await run()
    } catch (error) {
      fold(`${what}: ${describeError(error)}`, {})
    }
    busy = false
    if (!again) return
    again = false
    setImmediate(() => void look())
  }
  const timer = setInterval(() => {
    if (!busy) void look()
  }, everyMs)

  return {
    now: () => void look(),
    stop() {
      stopped = true
      clearInterval(timer)
    },
  }
}
