import { noteHeld } from '../../lib/account/held-symbols.ts'
import { mergeAccount } from '../../lib/account/merge-account.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import type { AccountActor } from './account-actor.ts'
import { askQuestions } from './ask-questions.ts'

/** What becomes of the reports of all sources of this process. */
export interface Taken {
  /** Merges what a source said, and asks for what a complete snapshot lacked; whether a position changed. */
  take(source: AccountSource, report: AccountReport): Promise<boolean>
  /** The account has to do with symbols, for so many real ms at least. */
  note(symbols: Iterable<string>, keepMs: number): void
  counts(): { merges: number; changes: number; questions: number }
  stop(): void
}

// Real ms.
const noteEveryMs = 10_000
/** A snapshot lists what has a position or an open order, and comes again soon. */
const keepSnapshotMs = 10 * 60_000

export function takeReports(actor: AccountActor): Taken {
  const { hub, of } = actor
  const counts = { merges: 0, changes: 0 }
  const notedAt = new Map<string, number>()
  let signedOnAt = 0
  const questions = askQuestions(actor, (report) => take('risk', report))

  async function take(source: AccountSource, report: AccountReport): Promise<boolean> {
    const errorMs = hub.clock.errorMs()
    const merged = await mergeAccount(hub, of, source, report, errorMs)
    counts.merges += 1
    counts.changes += merged.positions.length + merged.balances.length
    for (const field of merged.questions) questions.ask(field.slice(0, field.lastIndexOf('/')))
    const listed =
      source === 'account' ? report.positions.filter(({ size }) => size !== '0') : report.positions
    note(
      listed.map(({ symbol }) => symbol),
      keepSnapshotMs,
    )
    return merged.positions.length > 0
  }

  // Every snapshot tells the same symbols again; Redis is told now and then.
  function note(symbols: Iterable<string>, keepMs: number): void {
    const now = Date.now()
    const due = [...new Set(symbols)].filter((symbol) => now - (notedAt.get(symbol) ?? 0) > noteEveryMs)
    // An account that holds nothing is one too.
    if (due.length === 0 && now - signedOnAt < noteEveryMs) return
    signedOnAt = now
    for (const symbol of due) notedAt.set(symbol, now)
    noteHeld(hub, of, due, keepMs).catch((error: unknown) => {
      signedOnAt = 0
      for (const symbol of due) notedAt.delete(symbol)
      hub.log.debug({ error: describeError(error) }, 'held symbols were not noted')
    })
  }

  return {
    take,
    note,
    counts: () => ({ ...counts, ...questions.counts() }),
    stop: () => questions.stop(),
  }
}
