import { add, compareDecimals, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { RiskLimits } from './limits.ts'

/** The highest that an account's equity has been, what was paid in and out since taken off. */
export interface DrawdownState {
  /** undefined before the first equity */
  readonly peak: Decimal | undefined
  /** paid in since the beginning, less what was paid out; quote asset */
  readonly paidIn: Decimal
  /** venue time up to which that is counted */
  readonly countedUntil: number
}

/** Where an account begins, or begins anew when a person resumed it after a drawdown. */
export function freshDrawdown(now: number): DrawdownState {
  return { peak: undefined, paidIn: '0', countedUntil: now }
}

/** Equity and the transfers of the account, in the quote asset. */
export interface EquitySample {
  readonly equity: Decimal
  /** venue time at which it was true */
  readonly time: number
  /** paid in, or out when negative, in any order; those that were counted may be among them */
  readonly transfers: Iterable<{ readonly amount: Decimal; readonly time: number }>
  /** venue time up to which all transfers are known */
  readonly knownUntil: number
}

export interface DrawdownVerdict {
  readonly state: DrawdownState
  /** below the peak; undefined where the sample could not be judged */
  readonly drawdown: Decimal | undefined
  readonly verdict: 'fine' | 'warn' | 'reduce'
}

/**
 * The drawdown after a sample. A sample is judged only when all transfers up to its time are known: a payment that shows in
 * the equity before it shows among the transfers would be taken for a profit, or for a loss.
 */
export function judgeDrawdown(
  state: DrawdownState,
  sample: EquitySample,
  { drawdown: limit, warnShare }: RiskLimits,
): DrawdownVerdict {
  if (sample.time > sample.knownUntil || sample.time < state.countedUntil)
    return { state, drawdown: undefined, verdict: 'fine' }
  const fresh = [...sample.transfers].filter(({ time }) => time > state.countedUntil && time <= sample.time)
  const paidIn = add(state.paidIn, ...fresh.map(({ amount }) => amount))
  const net = sub(sample.equity, paidIn)
  const peak = state.peak === undefined || compareDecimals(net, state.peak) > 0 ? net : state.peak
  const drawdown = sub(peak, net)
  const verdict =
    compareDecimals(drawdown, limit) >= 0
      ? 'reduce'
      : compareDecimals(drawdown, mul(limit, warnShare)) >= 0
        ? 'warn'
        : 'fine'
  return { state: { peak, paidIn, countedUntil: sample.time }, drawdown, verdict }
}
