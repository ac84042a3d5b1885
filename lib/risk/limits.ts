import { needDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { RiskLimitNumbers } from '../model/risk-limits.ts'

const hourMs = 3_600_000

/** What holds where nothing else is configured. */
export const defaultLimits: RiskLimitNumbers = {
  orderNotional: 5_000,
  positionNotional: 10_000,
  grossNotional: 50_000,
  leverage: 5,
  openOrders: 200,
  priceBand: 0.1,
  keptForProtect: 0.3,
  liquidationDistance: 0.1,
  maintenanceRate: 0.025,

  markAgeMs: 15_000,
  marketAgeMs: 20_000,
  accountAgeMs: 20_000,
  incomeAgeMs: 300_000,
  beatAgeMs: 3_000,

  openRestMs: 0,
  reduceRestMs: 0,
  openTakerShare: 0,
  reduceTakerShare: 0,
  takerWithinMs: 15_000,
  cancelUnowned: false,

  rungs: [0.05, 0.055, 0.06, 0.065, 0.07],
  closeAllBehind: 0.0025,
  liquidationShare: 0.6,
  replaceBeyond: 0.05,
  rungTolerance: 0.0025,
  backstopBeyond: 0.005,
  markAgreement: 0.005,

  symbolLoss4h: 150,
  symbolLoss24h: 1_800,
  accountLoss24h: 3_000,
  warnShare: 0.8,
  symbolBanMs: 4 * hourMs,
  accountBanMs: 24 * hourMs,
  drawdown: 5_000,
  unrealisedLoss: 5_000,
}

const counts = [
  'openOrders',
  'markAgeMs',
  'marketAgeMs',
  'accountAgeMs',
  'incomeAgeMs',
  'beatAgeMs',
  'openRestMs',
  'reduceRestMs',
  'takerWithinMs',
] as const
const bans = ['symbolBanMs', 'accountBanMs'] as const
const switches = ['cancelUnowned'] as const

type CountName = (typeof counts)[number]
type BanName = (typeof bans)[number]
type SwitchName = (typeof switches)[number]
type AmountName = Exclude<keyof RiskLimitNumbers, CountName | BanName | SwitchName | 'rungs'>

/** The limits of an account: money and shares as decimals, so that all that is judged by them is exact. */
export type RiskLimits = { readonly [K in CountName]: number } & {
  readonly [K in BanName]: number | null
} & { readonly [K in SwitchName]: boolean } & { readonly [K in AmountName]: Decimal } & {
  readonly rungs: readonly Decimal[]
}

/** The limits that hold when `changed` is configured. */
export function limitsOf(changed: Partial<RiskLimitNumbers>): RiskLimits {
  const numbers = { ...defaultLimits, ...changed }
  const asTheyAre: readonly string[] = [...counts, ...bans, ...switches]
  const entries = Object.entries(numbers).map(([name, value]) => [name, toLimit(name, value)])
  return Object.freeze(Object.fromEntries(entries)) as RiskLimits

  function toLimit(name: string, value: number | boolean | null | readonly number[]): unknown {
    if (asTheyAre.includes(name)) return value
    return Array.isArray(value)
      ? value.map((each) => needDecimal(each as number, name))
      : needDecimal(value as number, name)
  }
}
