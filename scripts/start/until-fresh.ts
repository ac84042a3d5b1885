import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../../lib/hub/hub.ts'
import { readFreshness } from './freshness.ts'
import type { Screen } from './screen.ts'

// Real ms.
const lookEveryMs = 200
const hintEveryMs = 30_000

/** Waits until the candles of every symbol are fresh, and tells how far they are. Gives the number of symbols. */
export async function untilFresh(
  hub: Hub,
  startedAt: number,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  let told = { instruments: 0, quarters: 0 }
  let hintAt = Date.now() + hintEveryMs
  for (;;) {
    signal.throwIfAborted()
    // A Redis that is away for a moment is told of elsewhere.
    const found = await readFreshness(hub, startedAt).catch(() => undefined)
    if (found !== undefined) {
      const { instruments, symbols, fresh } = found
      if (told.instruments === 0 && symbols > 0) {
        screen.say(`The venue lists ${instruments} instruments; ${symbols} are followed.`)
        told = { ...told, instruments }
      }
      if (symbols > 0 && fresh === symbols) return symbols
      const quarters = symbols === 0 ? 0 : Math.floor((4 * fresh) / symbols)
      if (quarters > told.quarters && !screen.live)
        screen.say(`The candles of ${fresh} of ${symbols} symbols are fresh.`)
      told = { ...told, quarters: Math.max(quarters, told.quarters) }
      if (symbols > 0) screen.show(`            ${fresh} of ${symbols} symbols have fresh candles`)
      if (Date.now() > hintAt) {
        const missing =
          symbols === 0
            ? 'the venue has told no instruments yet'
            : `${symbols - fresh} symbols have no fresh candles yet`
        screen.say(`Still waiting: ${missing}. The logs of the actors say why.`)
        hintAt = Date.now() + hintEveryMs
      }
    }
    await sleep(lookEveryMs, undefined, { signal })
  }
}
