import type { Decimal } from './decimal.ts'

/** Which position of a symbol: `both` in one-way mode, one of the others in hedge mode. */
export type PositionSide = 'both' | 'long' | 'short'

/** Who tells of an account: the account and the position endpoint by REST, and the user-data stream. */
export type AccountSource = 'account' | 'risk' | 'stream'

/** When something was told: what orders the words of several sources on one record. */
export interface Told {
  readonly source: AccountSource
  /** the venue's update time of the record; undefined where the venue tells none */
  readonly time: number | undefined
  /** how many updates of the same time the same connection told before this one; 0 by REST */
  readonly ordinal: number
  /** venue time at which it was asked for; of a stream's event, when it was sent (E) */
  readonly askedAt: number
}

/**
 * One word of one source on one position. What the source does not tell is undefined, which never overwrites what
 * another one told. Money is in the margin asset.
 */
export interface PositionReport extends Told {
  readonly symbol: string
  readonly side: PositionSide
  /** contracts, signed: negative is short; 0 is the venue's explicit word that it is flat */
  readonly size: Decimal
  /** undefined when flat, and where the source does not tell it */
  readonly entryPrice: Decimal | undefined
  readonly margin: {
    readonly mode: 'cross' | 'isolated' | undefined
    readonly leverage: Decimal | undefined
    readonly isolatedWallet: Decimal | undefined
    readonly initialMargin: Decimal | undefined
    readonly maintenanceMargin: Decimal | undefined
    /** undefined where there is none, too */
    readonly liquidationPrice: Decimal | undefined
  }
  readonly valuation: {
    readonly markPrice: Decimal | undefined
    readonly unrealisedProfit: Decimal | undefined
  }
}

/** `BTCUSDT/both`: the field of a position in its account's hash. */
export function positionField(of: { readonly symbol: string; readonly side: PositionSide }): string {
  return `${of.symbol}/${of.side}`
}
