import type { Decimal } from './decimal.ts'
import type { PositionReport, Told } from './position-report.ts'

/** One word of one source on one asset of an account; what it does not tell is undefined. In units of the asset. */
export interface BalanceReport extends Told {
  readonly asset: string
  /** what was paid in, realised and not paid out; without unrealised profit */
  readonly walletBalance: Decimal
  readonly crossWalletBalance: Decimal | undefined
  readonly valuation: {
    readonly availableBalance: Decimal | undefined
    /** wallet and unrealised profit */
    readonly marginBalance: Decimal | undefined
    readonly unrealisedProfit: Decimal | undefined
    readonly initialMargin: Decimal | undefined
    readonly maintenanceMargin: Decimal | undefined
  }
}

/** What one source said at once: a whole answer of an endpoint, or one event of a stream. */
export interface AccountReport {
  readonly positions: readonly PositionReport[]
  readonly balances: readonly BalanceReport[]
  /**
   * Whether the positions, and whether the balances, are all that the source knows, every page of them. Absence from
   * them raises a question, and nothing more.
   */
  readonly complete: { readonly positions: boolean; readonly balances: boolean }
  /** venue time at which it was asked for, or E of the event */
  readonly askedAt: number
}
