import { noteHeld } from '../../lib/account/held-symbols.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { describeError } from '../../lib/model/errors.ts'

// Real ms.
const noteEveryMs = 5_000
const keepMs = 60_000

/** Notes again and again what the account has to do with, so that it stays followed; the function given back ends it. */
export function noteHeldSymbols(hub: Hub, of: AccountOf, held: () => string[]): () => void {
  const note = () => {
    noteHeld(hub, of, held(), keepMs).catch((error: unknown) =>
      hub.log.debug({ error: describeError(error) }, 'held symbols were not noted'),
    )
  }
  note()
  const timer = setInterval(note, noteEveryMs)
  return () => clearInterval(timer)
}
