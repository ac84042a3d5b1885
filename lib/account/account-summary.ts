import { readLivingActors } from '../hub/heartbeats.ts'
import type { Condition } from '../hub/conditions.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { abs, add, mul } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { ListedInstrument } from '../model/instrument.ts'
import type { Mark } from '../model/mark.ts'
import type { TradingState } from '../model/trading-state.ts'
import { positionField } from '../model/position-report.ts'
import type { AccountSource } from '../model/position-report.ts'
import type { AccountBalance } from './account-balance.ts'
import { readModes } from './account-modes.ts'
import type { StoredModes } from './account-modes.ts'
import type { AccountPosition } from './account-position.ts'
import { accountSources } from './account-sources.ts'
import { priceAssets, toFigures, unrealisedAtMark } from './figures.ts'
import type { AccountFigures } from './figures.ts'
import { readIncomeBySymbol } from './income.ts'
import type { IncomeBySymbol } from './income.ts'
import { judgeSources } from './judge-sources.ts'
import type { SourceHealth } from './judge-sources.ts'
import { readBans } from './listing-bans.ts'
import type { StoredBan } from './listing-bans.ts'
import { readAccount } from './read-account.ts'
import { readSymbolSettings } from './symbol-settings.ts'
import { readTradingState } from './trading-states.ts'

/** What of the market an account is valued with. */
export interface AccountMarket {
  /** the asset that all is valued in */
  readonly quote: string
  readonly instruments: ReadonlyMap<string, ListedInstrument>
  readonly marks: ReadonlyMap<string, Mark>
  readonly bidOf: (symbol: string) => Decimal | undefined
}

/** What one source said of a position. */
export interface Said {
  readonly size: Decimal
  readonly entryPrice: Decimal | undefined
}

/** A position as a person wants to see it. */
export interface ShownPosition extends AccountPosition {
  /** base units, signed; undefined while the contract's size is not known */
  readonly baseQty: Decimal | undefined
  /** what is set for the symbol */
  readonly leverage: Decimal | undefined
  /** by the newest mark of the hub's, not the one that came with the position */
  readonly markPrice: Decimal | undefined
  /** in the settle asset */
  readonly notional: Decimal | undefined
  readonly unrealisedProfit: Decimal | undefined
  /** what each source said last; absent: nothing */
  readonly says: Readonly<Partial<Record<AccountSource, Said>>>
}

/** What changed the wallets over a span. */
export interface ShownIncome {
  /** symbol -> asset -> amount; negative was paid */
  readonly bySymbol: Readonly<Record<string, Readonly<Record<string, Decimal>>>>
  /** of all symbols in the quote asset; undefined while an asset's price is not known */
  readonly total: Decimal | undefined
}

/** An account at a glance. */
export interface AccountSummary extends AccountOf {
  readonly quote: string
  /** undefined: missing, which means halted */
  readonly tradingState: TradingState | undefined
  /** why it was last changed; undefined where that is not known */
  readonly tradingReason: string | undefined
  readonly modes: StoredModes | undefined
  readonly sources: readonly SourceHealth[]
  /** those that are not flat first, then by symbol */
  readonly positions: readonly ShownPosition[]
  readonly balances: readonly AccountBalance[]
  readonly figures: AccountFigures
  readonly income: { readonly in4h: ShownIncome; readonly in24h: ShownIncome }
  readonly conditions: readonly (Condition & { readonly name: string })[]
  readonly bans: Readonly<Record<string, StoredBan>>
}

/** Reads an account; `now` is market time. */
export async function readAccountSummary(
  hub: Hub,
  of: AccountOf,
  market: AccountMarket,
  now: number,
): Promise<AccountSummary> {
  const { quote, instruments, marks } = market
  const [state, settings, modes, income, bans, actors, trading] = await Promise.all([
    readAccount(hub, of),
    readSymbolSettings(hub, of),
    readModes(hub, of),
    readIncomeBySymbol(hub, of, now),
    readBans(hub, of),
    readLivingActors(hub.redis, hub.keys, ['position']),
    readTradingState(hub, of),
  ])
  const markOf = (symbol: string) => marks.get(symbol)?.markPrice
  const priceOf = priceAssets(quote, instruments.values(), markOf, market.bidOf)
  const prices = { instrumentOf: (symbol: string) => instruments.get(symbol), markOf, priceOf }

  const positions = [...state.positions.values()].map((position): ShownPosition => {
    const { symbol, size } = position
    const contractSize = instruments.get(symbol)?.contractSize
    const baseQty = contractSize === undefined ? undefined : mul(size, contractSize)
    const markPrice = markOf(symbol)
    const said = accountSources.flatMap((source) => {
      const last = state.reports[source].positions.get(positionField(position))
      return last === undefined ? [] : [[source, { size: last.size, entryPrice: last.entryPrice }] as const]
    })
    return {
      ...position,
      leverage: position.margin.leverage ?? settings.get(symbol)?.leverage,
      baseQty,
      markPrice,
      notional: baseQty === undefined || markPrice === undefined ? undefined : abs(mul(baseQty, markPrice)),
      unrealisedProfit: unrealisedAtMark(position, prices),
      says: Object.fromEntries(said),
    }
  })
  positions.sort(
    (a, b) =>
      Number(a.size === '0') - Number(b.size === '0') ||
      a.symbol.localeCompare(b.symbol) ||
      a.side.localeCompare(b.side),
  )
  return {
    ...of,
    quote,
    tradingState: trading.state,
    tradingReason: trading.change?.reason,
    modes,
    sources: judgeSources(actors, of, Date.now()),
    positions,
    balances: [...state.balances.values()].toSorted((a, b) => a.asset.localeCompare(b.asset)),
    figures: toFigures(state.positions.values(), state.balances.values(), prices),
    income: { in4h: toShown(income.in4h, priceOf), in24h: toShown(income.in24h, priceOf) },
    conditions: [...state.conditions]
      .map(([name, condition]) => ({ ...condition, name }))
      .toSorted((a, b) => a.since - b.since || a.name.localeCompare(b.name)),
    bans: Object.fromEntries(bans),
  }
}

function toShown(income: IncomeBySymbol, priceOf: (asset: string) => Decimal | undefined): ShownIncome {
  const parts = [...income.values()].flatMap((assets) =>
    [...assets].map(([asset, amount]) => {
      const price = priceOf(asset)
      return amount === '0' ? '0' : price === undefined ? undefined : mul(amount, price)
    }),
  )
  const known = parts.flatMap((part) => part ?? [])
  return {
    bySymbol: Object.fromEntries([...income].map(([symbol, assets]) => [symbol, Object.fromEntries(assets)])),
    total: known.length < parts.length ? undefined : add('0', ...known),
  }
}
