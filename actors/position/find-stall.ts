import { readBalances } from '../../lib/account/balances.ts'
import { readPositions } from '../../lib/account/positions.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { positionField } from '../../lib/model/position-report.ts'
import type { AccountActor } from './account-actor.ts'

/** Watches whether the stream tells what the other sources tell. */
export interface StallWatch {
  /** the stream told this */
  note(report: AccountReport): void
  stop(): void
}

// Real ms. Whoever answered first may have been faster than the stream; so late is no coincidence.
const lookEveryMs = 250
const patienceMs = 1_500

/**
 * Tells `onStall`, with the venue time of the change, when other sources have told of a change for a while and the stream
 * has not: an open socket proves nothing. The same change is told again
 * and again: a stream that is younger than it need not know it.
 */
export function findStall(actor: AccountActor, onStall: (changedAt: number) => void): StallWatch {
  const { hub, of } = actor
  const toldAt = new Map<string, number>()
  const behindSince = new Map<string, { time: number; since: number }>()
  let busy = false

  async function look(): Promise<void> {
    const [positions, balances] = await Promise.all([readPositions(hub, of), readBalances(hub, of)])
    const now = Date.now()
    let changedAt = 0
    for (const [field, { time }] of [...positions, ...balances]) {
      if (time === undefined || time <= (toldAt.get(field) ?? 0)) {
        behindSince.delete(field)
        continue
      }
      const before = behindSince.get(field)
      const since = before?.time === time ? before.since : now
      behindSince.set(field, { time, since })
      if (now - since >= patienceMs) changedAt = Math.max(changedAt, time)
    }
    if (changedAt > 0) onStall(changedAt)
  }

  const timer = setInterval(() => {
    if (busy) return
    busy = true
    look()
      .catch((error: unknown) => hub.log.debug({ error: describeError(error) }, 'nobody looked for a stall'))
      .finally(() => (busy = false))
  }, lookEveryMs)

  return {
    note({ positions, balances }) {
      const later = (place: string, time: number | undefined) =>
        toldAt.set(place, Math.max(time ?? 0, toldAt.get(place) ?? 0))
      for (const each of positions) later(positionField(each), each.time)
      for (const { asset, time } of balances) later(asset, time)
    },
    stop: () => clearInterval(timer),
  }
}
