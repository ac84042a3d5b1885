import type { Decimal } from './decimal.ts'

/** One change of a wallet. */
export interface Income {
  /** the venue's word: REALIZED_PNL, COMMISSION, FUNDING_FEE, TRANSFER and others */
  readonly type: string
  /** the venue's own, as text, since it may exceed 2^53; unique within a type only */
  readonly id: string
  readonly asset: string
  /** undefined for what belongs to no symbol, such as a transfer */
  readonly symbol: string | undefined
  /** in the asset; negative was paid */
  readonly amount: Decimal
  readonly time: number
}
