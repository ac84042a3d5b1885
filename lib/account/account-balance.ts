import type { Decimal } from '../model/decimal.ts'
import type { AccountSource } from '../model/position-report.ts'
import type { StoredField } from './account-position.ts'

/** What the hub knows of an asset of an account: of each figure the newest that any source told. In units of the asset. */
export interface AccountBalance {
  readonly asset: string
  /** without unrealised profit */
  readonly walletBalance: Decimal
  readonly crossWalletBalance: Decimal | undefined
  /** venue time of the last change of the wallet; undefined where the venue tells none */
  readonly time: number | undefined
  /** who told the wallet balance */
  readonly source: AccountSource
  /** venue time before which the wallet balance was surely not asked for */
  readonly askedAt: number
  readonly valuation: {
    readonly availableBalance: Decimal | undefined
    readonly marginBalance: Decimal | undefined
    readonly unrealisedProfit: Decimal | undefined
    readonly initialMargin: Decimal | undefined
    readonly maintenanceMargin: Decimal | undefined
    /** when it was true, as far as it is known; each figure is of this time or older */
    readonly askedAt: number | undefined
  }
  /** who told of the wallet as it has been since `time`, and when that was asked for last */
  readonly lastConfirmedAt: Readonly<Partial<Record<AccountSource, number>>>
}

interface StoredBalance {
  readonly wallet: { readonly walletBalance: StoredField; readonly crossWalletBalance?: StoredField }
  readonly valuation: Readonly<Record<string, StoredField | undefined>>
  readonly lastConfirmedAt: Readonly<Partial<Record<AccountSource, number>>>
}

/** The balance that is stored as `text` under its asset. */
export function decodeBalance(asset: string, text: string): AccountBalance {
  const { wallet, valuation, lastConfirmedAt } = JSON.parse(text) as StoredBalance
  const [walletBalance, source, time, askedAt] = wallet.walletBalance
  const asked = Object.values(valuation).flatMap((field) => field?.[3] ?? [])
  return {
    asset,
    walletBalance,
    // Of an older change it is another wallet's.
    crossWalletBalance: wallet.crossWalletBalance?.[2] === time ? wallet.crossWalletBalance[0] : undefined,
    time: time === 0 ? undefined : time,
    source,
    askedAt,
    valuation: {
      availableBalance: valuation['availableBalance']?.[0],
      marginBalance: valuation['marginBalance']?.[0],
      unrealisedProfit: valuation['unrealisedProfit']?.[0],
      initialMargin: valuation['initialMargin']?.[0],
      maintenanceMargin: valuation['maintenanceMargin']?.[0],
      askedAt: asked.length === 0 ? undefined : Math.max(...asked),
    },
    lastConfirmedAt,
  }
}
