import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { accountTermsOf } from '../model/account-terms.ts'
import type { AccountReport } from '../model/balance-report.ts'
import { InvariantError } from '../model/errors.ts'
import type { AccountSource, PositionReport } from '../model/position-report.ts'
import { mergeBalances } from './balances.ts'
import { mergePositions } from './positions.ts'
import { keepReport } from './reports.ts'

/** What a report did. */
export interface AccountMerge {
  /** `SYMBOL/side` of the positions that tell something else than before */
  readonly positions: readonly string[]
  /** assets of the balances that do */
  readonly balances: readonly string[]
  /**
   * `SYMBOL/side` of the open positions that this complete snapshot lacks although it was asked for long enough after
   * their change: ask the venue for those symbols. Told again with each such snapshot until an answer settles it.
   */
  readonly questions: readonly string[]
}

/**
 * Merges what a source said at once into what Redis knows of the account: newest wins, record by record and field by
 * field, whatever the order and however often. `clockErrorMs` is how far this process's idea of the venue's clock, by
 * which the report says when it was asked for, may be off; a stream's times are the venue's own.
 */
export async function mergeAccount(
  hub: Hub,
  of: AccountOf,
  source: AccountSource,
  report: AccountReport,
  clockErrorMs: number,
): Promise<AccountMerge> {
  const { timesChanges, tellsFlat } = accountTermsOf(of.venue)
  const certain = toCertain(report, source === 'stream' ? 0 : clockErrorMs)
  const said = {
    ...certain,
    positions: certain.positions.filter((each) => !timesChanges || !isUnknown(each)),
  }
  const [{ changed, questions }, balances] = await Promise.all([
    mergePositions(hub, of, source, said, tellsFlat),
    mergeBalances(hub, of, source, said),
    keepReport(hub, of, source, said),
  ])
  return { positions: changed, balances, questions }
}

/** The report as it is certain: asked for at the latest moment that was surely not after it was. */
function toCertain(report: AccountReport, clockErrorMs: number): AccountReport {
  if (!Number.isFinite(clockErrorMs) || clockErrorMs < 0)
    throw new InvariantError(
      `a report is merged once the venue's clock is known; its error was ${clockErrorMs} ms`,
    )
  const certain = <T extends { readonly askedAt: number }>(each: T): T => ({
    ...each,
    askedAt: Math.max(0, Math.floor(each.askedAt - clockErrorMs)),
  })
  return {
    ...certain(report),
    positions: report.positions.map((each) => certain(each)),
    balances: report.balances.map((each) => certain(each)),
  }
}

/** A flat row of a position that has never changed as far as whoever answered knows: no word at all. */
function isUnknown({ size, time }: PositionReport): boolean {
  return size === '0' && time === undefined
}
