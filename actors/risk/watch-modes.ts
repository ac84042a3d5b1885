import { modesProblem } from '../../lib/account/account-modes.ts'
import type { AccountModes } from '../../lib/model/account-modes.ts'
import { repeat } from './repeat.ts'
import { protect } from './risk-actor.ts'
import type { RiskActor } from './risk-actor.ts'

// Real ms.
const readEveryMs = 60_000
const againMs = 2_000

/** Whether the account is set up in a way in which its positions can be protected, as the venue itself tells. */
export function watchModes(actor: RiskActor): {
  /** undefined: nothing stands against it, as far as is known */
  problem(): string | undefined
  now(): void
  stop(): void
} {
  const { hub, exchange } = actor
  let modes: AccountModes | undefined
  let readAt = 0
  const timer = repeat(hub, { what: 'modes were not read', everyMs: againMs }, async () => {
    if (!actor.mayProtect() || (modes !== undefined && Date.now() - readAt < readEveryMs)) return
    modes = await protect(actor, () => exchange.fetchModes())
    readAt = Date.now()
  })
  return {
    problem: () => modes && modesProblem(modes),
    now() {
      readAt = 0
      timer.now()
    },
    stop: () => timer.stop(),
  }
}
