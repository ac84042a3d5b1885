import { mul, negate } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Income } from '../model/income.ts'

/** Money won or lost, in the quote asset. */
export interface LossRow {
  /** undefined for what belongs to the account as a whole */
  readonly symbol: string | undefined
  /** negative was lost */
  readonly amount: Decimal
  /** venue time */
  readonly time: number
}

/** A trade of ours, before the venue's income tells of it. */
export interface HeardTrade {
  readonly id: string
  readonly symbol: string
  /** in the quote asset, without fees */
  readonly realisedProfit: Decimal
  /** in `feeAsset`; negative is a rebate */
  readonly fee: Decimal
  readonly feeAsset: string
  readonly time: number
}

/** What counts, and what of it trades tell before. */
const kinds: Readonly<Record<string, { readonly ofTrades: boolean }>> = {
  REALIZED_PNL: { ofTrades: true },
  COMMISSION: { ofTrades: true },
  FUNDING_FEE: { ofTrades: false },
  INSURANCE_CLEAR: { ofTrades: false },
}

/**
 * What was won and lost, each once: up to `auditedUntil` by the income, later by the trades, and funding and insurance by
 * the income always. `unpriced` are the assets whose value was not known: with any, the loss is not known either.
 */
export function toLossRows(of: {
  readonly income: Iterable<Income>
  readonly trades: Iterable<HeardTrade>
  /** venue time up to which all income has surely been read */
  readonly auditedUntil: number
  /** of one unit of an asset at a time, in the quote asset */
  readonly priceAt: (asset: string, time: number) => Decimal | undefined
}): { rows: LossRow[]; unpriced: string[] } {
  const rows: LossRow[] = []
  const unpriced = new Set<string>()
  const put = (symbol: string | undefined, amount: Decimal, asset: string, time: number) => {
    const price = amount === '0' ? '0' : of.priceAt(asset, time)
    if (price === undefined) unpriced.add(asset)
    else rows.push({ symbol, amount: mul(amount, price), time })
  }
  const seen = new Set<string>()
  for (const { type, id, asset, symbol, amount, time } of of.income) {
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
    // Read with overlap; the venue's id is unique within a type only.
    const key = JSON.stringify([type, id, asset, symbol])
    if (kind === undefined || (kind.ofTrades && time > of.auditedUntil) || seen.has(key)) continue
    seen.add(key)
    put(symbol, amount, asset, time)
  }
  const trades = new Set<string>()
  for (const { id, symbol, realisedProfit, fee, feeAsset, time } of of.trades) {
    const key = JSON.stringify([symbol, id])
    if (time <= of.auditedUntil || trades.has(key)) continue
    trades.add(key)
    rows.push({ symbol, amount: realisedProfit, time })
    put(symbol, negate(fee), feeAsset, time)
  }
  return { rows, unpriced: [...unpriced] }
}
