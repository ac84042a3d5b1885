import { balancesMerge } from '../../lua/balances-merge.ts'
import { positionsMerge } from '../../lua/positions-merge.ts'
import { reportsKeep } from '../../lua/reports-keep.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { accountTermsOf } from '../model/account-terms.ts'
import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import { InvariantError } from '../model/errors.ts'
import type { AccountSource, PositionReport } from '../model/position-report.ts'
import { toBalanceReportWord, toBalanceWord, toPositionReportWord, toPositionWord } from './account-words.ts'

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

/** Market ms after a change in which a venue's answers may still be without it. */
export const settleMs = 2_000

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
  const { venue, account } = of
  const terms = accountTermsOf(venue)
  const said = toCertain(report, source === 'stream' ? 0 : clockErrorMs)
  const told = {
    ...said,
    positions: said.positions.filter((each) => !terms.timesChanges || !isUnknown(each)),
  }
  const { redis, keys } = hub
  const sources = keys.sources(venue, account)
  const sequence = keys.accountFeedSequence(venue, account)
  const args = { channel: keys.accountFeed(venue, account), source, askedAt: said.askedAt, settleMs }
  const [positions, balances] = await Promise.all([
    needs(told.positions, said.complete.positions)
      ? positionsMerge(
          redis,
          { positions: keys.positions(venue, account), sources, sequence },
          { ...args, complete: said.complete.positions, flatten: !terms.tellsFlat },
          told.positions.map(toPositionWord),
        )
      : undefined,
    needs(told.balances, said.complete.balances)
      ? balancesMerge(
          redis,
          { balances: keys.balances(venue, account), sources, sequence },
          { ...args, complete: said.complete.balances },
          told.balances.map(toBalanceWord),
        )
      : undefined,
    reportsKeep(
      redis,
      { reports: keys.reports(venue, account, source), sources },
      { heard: `${source} heard`, askedAt: said.askedAt, byTime: source === 'stream' },
      [...told.positions.map(toPositionReportWord), ...told.balances.map(toBalanceReportWord)],
    ),
  ])
  return {
    positions: positions?.changed ?? [],
    balances: balances?.changed ?? [],
    questions: positions?.questions ?? [],
  }
}

function needs(told: readonly unknown[], complete: boolean): boolean {
  return told.length > 0 || complete
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
    positions: report.positions.map((each): PositionReport => certain(each)),
    balances: report.balances.map((each): BalanceReport => certain(each)),
  }
}

/** A flat row of a position that has never changed as far as whoever answered knows: no word at all. */
function isUnknown({ size, time }: PositionReport): boolean {
  return size === '0' && time === undefined
}
