import { foldLog } from '../../lib/hub/fold-log.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { describeError } from '../../lib/model/errors.ts'

/** Runs `look` again and again, `everyMs` of real time after its last end; a failure is logged and the next time comes. */
export function keepLooking(
  hub: Hub,
  { what, everyMs }: { readonly what: string; readonly everyMs: number },
  look: () => Promise<void>,
): { stop(): Promise<void> } {
  const fold = foldLog(hub.log)
  let timer: NodeJS.Timeout | undefined
  let busy: Promise<void> = Promise.resolve()
  let stopped = false

  async function lookOnce(): Promise<void> {
    try {
      await look()
    } catch (error) {
      fold(`${what}: ${describeError(error)}`, {})
    }
    if (!stopped) timer = setTimeout(begin, everyMs)
  }
  function begin(): void {
    busy = lookOnce()
  }
  begin()

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await busy
    },
  }
}
