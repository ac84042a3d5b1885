import type { Decimal } from '../model/decimal.ts'
import type { AccountSource, PositionSide } from '../model/position-report.ts'

/** What the hub knows of a position: of each figure the newest that any source told. Money is in the margin asset. */
export interface AccountPosition {
  readonly symbol: string
  readonly side: PositionSide
  /** contracts, signed: negative is short; a flat position stays, with 0 */
  readonly size: Decimal
  /** undefined when flat, and while nobody has told the one of this very size */
  readonly entryPrice: Decimal | undefined
  /** venue time of the last change; undefined where the venue tells none */
  readonly time: number | undefined
  /** who told the size; `absence` where two sources' complete snapshots lacked it */
  readonly source: AccountSource | 'absence'
  /** venue time before which the size was surely not asked for */
  readonly askedAt: number
  readonly margin: {
    readonly mode: 'cross' | 'isolated' | undefined
    readonly leverage: Decimal | undefined
    readonly isolatedWallet: Decimal | undefined
    readonly initialMargin: Decimal | undefined
    readonly maintenanceMargin: Decimal | undefined
    readonly liquidationPrice: Decimal | undefined
  }
  readonly valuation: {
    readonly markPrice: Decimal | undefined
    readonly unrealisedProfit: Decimal | undefined
  }
  /** who told of the position as it has been since `time`, and when that was asked for last */
  readonly lastConfirmedAt: Readonly<Partial<Record<AccountSource, number>>>
}

/** One figure as it is stored: value, who told it, its record's time (0 none), askedAt, ordinal. */
export type StoredField = readonly [Decimal, AccountSource, number, number, number]

interface StoredPosition {
  readonly size: Decimal
  readonly entryPrice?: Decimal
  readonly source: AccountSource | 'absence'
  readonly time: number
  readonly askedAt: number
  readonly margin: Readonly<Record<string, StoredField | undefined>>
  readonly valuation: Readonly<Record<string, StoredField | undefined>>
  readonly lastConfirmedAt: Readonly<Partial<Record<AccountSource, number>>>
}

/** The position that is stored as `text` under `SYMBOL/side`. */
export function decodePosition(field: string, text: string): AccountPosition {
  const cut = field.lastIndexOf('/')
  const stored = JSON.parse(text) as StoredPosition
  const { size, entryPrice, source, time, askedAt, margin, valuation } = stored
  const last = (of: StoredField | undefined) => of?.[0]
  // These belong to the size: told of an older one they would mislead.
  const current = (of: StoredField | undefined) => (of?.[2] === time ? of[0] : undefined)
  return {
    symbol: field.slice(0, cut),
    side: field.slice(cut + 1) as PositionSide,
    size,
    entryPrice,
    time: time === 0 ? undefined : time,
    source,
    askedAt,
    margin: {
      mode: last(margin['mode']) as 'cross' | 'isolated' | undefined,
      leverage: last(margin['leverage']),
      isolatedWallet: current(margin['isolatedWallet']),
      initialMargin: current(margin['initialMargin']),
      maintenanceMargin: current(margin['maintenanceMargin']),
      liquidationPrice: size === '0' ? undefined : current(margin['liquidationPrice']),
    },
    valuation: {
      markPrice: last(valuation['markPrice']),
      unrealisedProfit: current(valuation['unrealisedProfit']),
    },
    lastConfirmedAt: stored.lastConfirmedAt,
  }
}
