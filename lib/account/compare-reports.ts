import { abs, compareDecimals, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { AccountSource } from '../model/position-report.ts'
import type { AccountBalance } from './account-balance.ts'
import type { AccountPosition } from './account-position.ts'
import { settleMs } from './account-sources.ts'
import type { SourceStates } from './account-sources.ts'
import type { KeptReports } from './reports.ts'

/** What is compared: what the hub holds, and what each source said last. */
export interface Compared {
  readonly positions: ReadonlyMap<string, AccountPosition>
  readonly balances: ReadonlyMap<string, AccountBalance>
  readonly sources: SourceStates
  readonly reports: Readonly<Record<AccountSource, KeptReports>>
}

/** Sources that do not agree on a record, although each of them has had 2 s to learn of its last change. */
export interface Difference {
  /** `SYMBOL/side` or an asset */
  readonly record: string
  /** venue time of the change that they do not agree on */
  readonly since: number
  /** who says what; `hub` is what is held to be true */
  readonly says: Readonly<Partial<Record<AccountSource | 'hub', string>>>
}

// One endpoint tells 313.2, another 313.20000000000005.
const entryTolerance = '0.00000001'

/**
 * The records on which what sources last said differs from what the hub holds, `now` being market time and
 * `clockErrorMs` how far it may be off. An answer counts when it was asked for 2 s after the record's time: before that
 * it is merely behind. The stream, which tells changes only, counts when it would have told this one by now. Records of
 * venues that tell no time are not compared.
 */
export function compareReports(of: Compared, now: number, clockErrorMs: number): Difference[] {
  const differences: Difference[] = []
  const surely = now - clockErrorMs
  for (const [record, position] of of.positions) {
    if (position.time === undefined) continue
    const says = {
      account: answerOn(of, 'account', record, position),
      risk: answerOn(of, 'risk', record, position),
      stream: streamOnPosition(of, record, position, surely),
    }
    add(differences, record, position.time, toText(position), says)
  }
  for (const [asset, balance] of of.balances) {
    if (balance.time === undefined) continue
    const says = {
      account: answerOnBalance(of, asset, balance),
      stream: streamOnBalance(of, asset, balance, surely),
    }
    add(differences, asset, balance.time, `wallet ${balance.walletBalance}`, says)
  }
  return differences
}

/** What a source says that differs; undefined when it agrees or has no say. */
type Say = string | undefined

function add(
  differences: Difference[],
  record: string,
  since: number,
  hub: string,
  says: Partial<Record<AccountSource, Say>>,
): void {
  const differing = Object.entries(says).filter(([, say]) => say !== undefined)
  if (differing.length === 0) return
  differences.push({ record, since, says: { hub, ...Object.fromEntries(differing) } })
}

function answerOn(of: Compared, source: 'account' | 'risk', record: string, position: AccountPosition): Say {
  const said = of.reports[source].positions.get(record)
  const listedAt = of.sources[source].positionsAt ?? 0
  const time = position.time ?? 0
  if (listedAt > (said?.askedAt ?? 0))
    return listedAt >= time + settleMs && position.size !== '0' ? 'no position' : undefined
  if (said === undefined || said.askedAt < time + settleMs) return undefined
  return isSame(said, position) ? undefined : toText(said)
}

function streamOnPosition(of: Compared, record: string, position: AccountPosition, now: number): Say {
  const said = of.reports.stream.positions.get(record)
  if (!isExpected(of, position.time, said?.time, now)) return undefined
  if (said === undefined) return position.size === '0' ? undefined : 'nothing'
  // Of an older word only the size can be compared: a venue's time moves for other reasons, too.
  const isOlder = said.time !== position.time
  return (isOlder ? said.size === position.size : isSame(said, position)) ? undefined : toText(said)
}

function answerOnBalance(of: Compared, asset: string, balance: AccountBalance): Say {
  const said = of.reports.account.balances.get(asset)
  if (said === undefined || said.askedAt < (balance.time ?? 0) + settleMs) return undefined
  return said.walletBalance === balance.walletBalance ? undefined : `wallet ${said.walletBalance}`
}

function streamOnBalance(of: Compared, asset: string, balance: AccountBalance, now: number): Say {
  const said = of.reports.stream.balances.get(asset)
  if (!isExpected(of, balance.time, said?.time, now)) return undefined
  if (said === undefined) return balance.walletBalance === '0' ? undefined : 'nothing'
  return said.walletBalance === balance.walletBalance ? undefined : `wallet ${said.walletBalance}`
}

/** Whether the stream would have told of a change at `time` by now; `saidTime` is that of its last word on the record. */
export function isExpected(
  { sources }: Pick<Compared, 'sources'>,
  time: number | undefined,
  saidTime: number | undefined,
  now: number,
): boolean {
  const { beganAt } = sources.stream
  if (beganAt === undefined || time === undefined || now < time + settleMs) return false
  return saidTime !== undefined || time >= beganAt + settleMs
}

function isSame(
  a: { readonly size: Decimal; readonly entryPrice: Decimal | undefined },
  b: { readonly size: Decimal; readonly entryPrice: Decimal | undefined },
): boolean {
  if (a.size !== b.size) return false
  if (a.size === '0' || a.entryPrice === undefined || b.entryPrice === undefined) return true
  return compareDecimals(abs(sub(a.entryPrice, b.entryPrice)), mul(abs(a.entryPrice), entryTolerance)) <= 0
}

function toText({
  size,
  entryPrice,
}: {
  readonly size: Decimal
  readonly entryPrice: Decimal | undefined
}): string {
  return size === '0' || entryPrice === undefined ? `size ${size}` : `size ${size} at ${entryPrice}`
}
