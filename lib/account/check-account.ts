import { writeConditions } from '../hub/conditions.ts'
import type { Condition, ConditionNews } from '../hub/conditions.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { patienceFor } from '../model/moment.ts'
import type { AccountSource } from '../model/position-report.ts'
import { accountSources, settleMs } from './account-sources.ts'
import { compareReports } from './compare-reports.ts'
import type { Difference } from './compare-reports.ts'
import { findSilentSources } from './find-silent-sources.ts'
import type { SilentSource } from './find-silent-sources.ts'
import { readAccount } from './read-account.ts'
import type { AccountState } from './read-account.ts'
import { keepReport } from './reports.ts'

/** What a look at an account's sources found, and which conditions came and went with it. */
export interface AccountCheck {
  readonly differences: readonly Difference[]
  readonly silent: readonly SilentSource[]
  readonly news: ConditionNews
}

/** The name of the condition that sources differ on a record, `SYMBOL/side` or an asset. */
export function differenceName(record: string): string {
  return `difference ${record}`
}

/** The name of the condition that a source is not heard. */
export function silenceName(source: AccountSource): string {
  return `source ${source} silent`
}

/**
 * Looks at what the sources of an account said last, and makes `difference RECORD` and `source SOURCE silent` of the
 * account's conditions what it finds; they clear by themselves. To be called every second or so, by one process or by
 * several. `expected` are the sources that ought to be heard every `silentMs` market ms.
 */
export async function checkAccount(
  hub: Hub,
  of: AccountOf,
  expected: readonly AccountSource[],
  silentMs: number,
): Promise<AccountCheck> {
  const state = await readAccount(hub, of)
  const now = hub.clock.now()
  await seedStream(hub, of, state, now)
  const silent = findSilentSources(state.sources, expected, now, silentMs)
  const named = new Map<string, Condition | undefined>(
    accountSources.map((source) => [silenceName(source), undefined]),
  )
  for (const each of silent) named.set(silenceName(each.source), toSilence(each, now))
  // Without the venue's clock nobody can say what is behind and what is different.
  const errorMs = hub.clock.errorMs()
  // The stream's word is on its way for real ms, however fast the venue's clock runs.
  const lateMs = patienceFor(hub.clock, settleMs) - settleMs
  const differences = Number.isFinite(errorMs) ? compareReports(state, now, errorMs + lateMs) : undefined
  if (differences !== undefined) {
    for (const name of state.conditions.keys()) {
      if (name.startsWith(differenceName(''))) named.set(name, undefined)
    }
    for (const each of differences) named.set(differenceName(each.record), toCondition(each))
  }
  return { differences: differences ?? [], silent, news: await writeConditions(hub, of, named) }
}

/**
 * A stream tells changes only: what stood when it was opened counts as said by it, so that a later change which it does
 * not tell can be seen.
 */
async function seedStream(hub: Hub, of: AccountOf, state: AccountState, now: number): Promise<void> {
  const { beganAt } = state.sources.stream
  if (beganAt === undefined) return
  const stood = ({ time }: { readonly time: number | undefined }) =>
    time !== undefined && time < beganAt + settleMs && now >= time + settleMs
  const { positions, balances } = state.reports.stream
  const word = { source: 'stream', ordinal: 0, askedAt: beganAt } as const
  const report = {
    positions: [...state.positions]
      .filter(([record, position]) => !positions.has(record) && stood(position))
      .map(([, { symbol, side, size, entryPrice, time, margin, valuation }]) => {
        return { ...word, symbol, side, size, entryPrice, time, margin, valuation }
      }),
    balances: [...state.balances]
      .filter(([asset, balance]) => !balances.has(asset) && stood(balance))
      .map(([, { asset, walletBalance, crossWalletBalance, time, valuation }]) => {
        return { ...word, asset, walletBalance, crossWalletBalance, time, valuation }
      }),
    complete: { positions: false, balances: false },
    askedAt: beganAt,
  }
  if (report.positions.length + report.balances.length > 0) await keepReport(hub, of, 'stream', report)
}

function toCondition({ record, since, says }: Difference): Condition {
  const { hub, ...others } = says
  const words = Object.entries(others).map(([source, say]) => `${source} says ${say}`)
  return { since, text: `${record}: the hub holds ${hub}, ${words.join(', ')}`, says }
}

function toSilence({ source, heardAt }: SilentSource, now: number): Condition {
  if (heardAt === undefined) return { since: now, text: `${source} has not been heard yet`, source }
  return { since: heardAt, text: `${source} is silent since ${new Date(heardAt).toISOString()}`, source }
}
