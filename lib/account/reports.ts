import { reportsKeep } from '../../lua/reports-keep.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { AccountReport, BalanceReport } from '../model/balance-report.ts'
import type { AccountSource, PositionReport } from '../model/position-report.ts'
import { toBalanceReportWord, toPositionReportWord } from './account-words.ts'

/** What a source said last of one record; `time` is 0 where it told none. */
export type KeptReport<T extends PositionReport | BalanceReport> = Omit<
  T,
  'source' | 'symbol' | 'side' | 'asset' | 'time'
> & { readonly time: number }

/** What a source said last of each record: by `SYMBOL/side`, and by asset. */
export interface KeptReports {
  readonly positions: ReadonlyMap<string, KeptReport<PositionReport>>
  readonly balances: ReadonlyMap<string, KeptReport<BalanceReport>>
}

/** Keeps a report as the last word of its source, where it is later than what stands, and that the source was heard. */
export async function keepReport(
  hub: Hub,
  { venue, account }: AccountOf,
  source: AccountSource,
  { positions, balances, askedAt }: AccountReport,
): Promise<void> {
  const { keys } = hub
  await reportsKeep(
    hub.redis,
    { reports: keys.reports(venue, account, source), sources: keys.sources(venue, account) },
    { heard: `${source} heard`, askedAt, byTime: source === 'stream' },
    [...positions.map(toPositionReportWord), ...balances.map(toBalanceReportWord)],
  )
}

/** What is stored of a source. */
export function decodeReports(texts: Readonly<Record<string, string>>): KeptReports {
  const entries = Object.entries(texts)
  const isPosition = ([place]: [string, string]) => place.includes('/')
  const parse = <T>([place, text]: [string, string]): [string, T] => [place, JSON.parse(text) as T]
  return {
    positions: new Map(entries.filter(isPosition).map((each) => parse<KeptReport<PositionReport>>(each))),
    balances: new Map(
      entries.filter((each) => !isPosition(each)).map((each) => parse<KeptReport<BalanceReport>>(each)),
    ),
  }
}
