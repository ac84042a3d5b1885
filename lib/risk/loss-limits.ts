import { add, compareDecimals, mul, negate, signOf } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { isBanned } from '../model/trading-state.ts'
import type { Ban } from '../model/trading-state.ts'
import type { RiskLimits } from './limits.ts'
import type { LossRow } from './loss-rows.ts'

const hourMs = 3_600_000
const termsAtOnce = 1_000

/** All symbols of the account. */
export const everySymbol = 'ALL'

/** A loss that is beyond a limit, or near one. */
export interface LossVerdict {
  readonly verdict: 'ban' | 'warn'
  /** or ALL */
  readonly symbol: string
  readonly windowMs: number
  /** in the quote asset; positive */
  readonly loss: Decimal
  readonly limit: Decimal
  /** the ban to set; undefined of a warning */
  readonly ban: Ban | undefined
}

/** What losses are judged by besides the rows. */
export interface LossGround {
  /** venue time */
  readonly now: number
  readonly limits: RiskLimits
  /** symbol or ALL -> the ban that stands */
  readonly bans: ReadonlyMap<string, Ban>
  /** symbol or ALL -> venue time at which a person lifted its ban: what was lost until then no longer counts for it */
  readonly forgiven: ReadonlyMap<string, number>
}

/**
 * The bans and warnings that losses call for: of a symbol over 4 and 24 hours, of the account over 24. One verdict for each
 * symbol, the gravest; none for what is banned already, as it would only repeat itself.
 */
export function judgeLosses(rows: Iterable<LossRow>, ground: LossGround): LossVerdict[] {
  const { now, limits, bans } = ground
  const all = [...rows]
  // Each symbol's rows once: an account may have tens of thousands a day.
  const bySymbol = new Map<string, LossRow[]>()
  for (const row of all) {
    if (row.symbol === undefined) continue
    const of = bySymbol.get(row.symbol)
    if (of === undefined) bySymbol.set(row.symbol, [row])
    else of.push(row)
  }
  const { symbolBanMs, accountBanMs } = limits
  const verdicts = [...bySymbol].map(([symbol, own]) =>
    gravest([
      judge(own, symbol, 24 * hourMs, limits.symbolLoss24h, symbolBanMs, ground),
      judge(own, symbol, 4 * hourMs, limits.symbolLoss4h, symbolBanMs, ground),
    ]),
  )
  const ofAccount = judge(all, everySymbol, 24 * hourMs, limits.accountLoss24h, accountBanMs, ground)
  return [...verdicts, ofAccount].flatMap((verdict) =>
    verdict === undefined || isBanned(bans.get(verdict.symbol), now) ? [] : verdict,
  )
}

/** What was lost of a symbol, or of ALL, within a window up to now; 0 where it was won. */
export function lossOf(
  rows: Iterable<LossRow>,
  symbol: string,
  windowMs: number,
  { now, forgiven }: Pick<LossGround, 'now' | 'forgiven'>,
): Decimal {
  const since = Math.max(now - windowMs, forgiven.get(symbol) ?? 0)
  const amounts: Decimal[] = []
  for (const row of rows)
    if (row.time > since && (symbol === everySymbol || row.symbol === symbol)) amounts.push(row.amount)
  let sum = '0'
  // Many at once are added in a tenth of the time that one by one takes.
  for (let at = 0; at < amounts.length; at += termsAtOnce)
    sum = add(sum, ...amounts.slice(at, at + termsAtOnce))
  return signOf(sum) < 0 ? negate(sum) : '0'
}

function judge(
  rows: readonly LossRow[],
  symbol: string,
  windowMs: number,
  limit: Decimal,
  banMs: number | null,
  ground: LossGround,
): LossVerdict | undefined {
  const loss = lossOf(rows, symbol, windowMs, ground)
  const { now, limits } = ground
  const found = { symbol, windowMs, loss, limit }
  if (compareDecimals(loss, limit) >= 0) {
    const reason = `lost ${loss} in ${windowMs / hourMs} h, the limit is ${limit}`
    return {
      ...found,
      verdict: 'ban',
      ban: { reason, since: now, until: banMs === null ? null : now + banMs },
    }
  }
  if (compareDecimals(loss, mul(limit, limits.warnShare)) >= 0)
    return { ...found, verdict: 'warn', ban: undefined }
  return undefined
}

function gravest(verdicts: readonly (LossVerdict | undefined)[]): LossVerdict | undefined {
  return verdicts.find((each) => each?.verdict === 'ban') ?? verdicts.find((each) => each !== undefined)
}
