import { decodeConditions } from '../hub/conditions.ts'
import type { Condition } from '../hub/conditions.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { AccountSource } from '../model/position-report.ts'
import type { AccountBalance } from './account-balance.ts'
import type { AccountPosition } from './account-position.ts'
import { accountSources, decodeSources } from './account-sources.ts'
import type { SourceStates } from './account-sources.ts'
import { decodeBalances } from './balances.ts'
import { decodePositions } from './positions.ts'
import { decodeReports } from './reports.ts'
import type { KeptReports } from './reports.ts'

/** All that the hub knows of an account, as it stands at one place of the account's feed. */
export interface AccountState {
  /** by `SYMBOL/side`, the flat ones too */
  readonly positions: ReadonlyMap<string, AccountPosition>
  /** by asset */
  readonly balances: ReadonlyMap<string, AccountBalance>
  readonly conditions: ReadonlyMap<string, Condition>
  readonly sources: SourceStates
  readonly reports: Readonly<Record<AccountSource, KeptReports>>
  /** the last message of the feed that this contains; 0 and 0 before the first */
  readonly feed: { readonly epoch: number; readonly sequence: number }
}

/** Reads an account in one step. */
export async function readAccount(hub: Hub, { venue, account }: AccountOf): Promise<AccountState> {
  const { keys } = hub
  const hashes = [
    keys.positions(venue, account),
    keys.balances(venue, account),
    keys.conditions(venue, account),
    keys.sources(venue, account),
    keys.accountFeedSequence(venue, account),
    ...accountSources.map((source) => keys.reports(venue, account, source)),
  ]
  const transaction = hub.redis.multi()
  for (const key of hashes) transaction.hgetall(key)
  const answers = (await transaction.exec()) ?? []
  const [positions = {}, balances = {}, conditions = {}, sources = {}, feed = {}, ...reports] = answers.map(
    ([error, fields]) => {
      if (error !== null) throw error
      return fields as Record<string, string>
    },
  )
  const [account_ = {}, risk = {}, stream = {}] = reports
  return {
    positions: decodePositions(positions),
    balances: decodeBalances(balances),
    conditions: decodeConditions(conditions),
    sources: decodeSources(sources),
    reports: { account: decodeReports(account_), risk: decodeReports(risk), stream: decodeReports(stream) },
    feed: { epoch: Number(feed['epoch'] ?? 0), sequence: Number(feed['sequence'] ?? 0) },
  }
}
