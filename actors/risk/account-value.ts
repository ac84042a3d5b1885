import { priceAssets, toFigures } from '../../lib/account/figures.ts'
import type { AccountFigures } from '../../lib/account/figures.ts'
import { readAccount } from '../../lib/account/read-account.ts'
import type { AccountState } from '../../lib/account/read-account.ts'
import { readMarks } from '../../lib/market/marks.ts'
import { readTickers } from '../../lib/market/tickers.ts'
import { add, mul } from '../../lib/model/decimal.ts'
import type { Decimal } from '../../lib/model/decimal.ts'
import type { ListedInstrument } from '../../lib/model/instrument.ts'
import type { UnrealisedSample } from '../../lib/risk/unrealised-loss.ts'
import type { RiskActor } from './risk-actor.ts'

/** What an account is worth at one moment; venue times. */
export interface AccountValue {
  readonly figures: AccountFigures
  /** before which the oldest of positions and balances was surely not asked for; undefined: never all of them */
  readonly confirmedAt: number | undefined
  /** what each source says that all positions would bring, of those that know them all */
  readonly unrealised: readonly UnrealisedSample[]
  readonly priceOf: (asset: string) => Decimal | undefined
}

/** Values the account by what Redis knows of it and of the market. */
export async function readAccountValue(
  { hub, of }: RiskActor,
  instruments: ReadonlyMap<string, ListedInstrument>,
): Promise<AccountValue> {
  const [state, marks, tickers] = await Promise.all([
    readAccount(hub, of),
    readMarks(hub, of.venue),
    readTickers(hub, of.venue),
  ])
  const quote = hub.config.quoteAssets[0] ?? 'USDT'
  const markOf = (symbol: string) => marks.get(symbol)?.markPrice
  const priceOf = priceAssets(quote, instruments.values(), markOf, (symbol) => tickers.get(symbol)?.bid)
  const prices = { instrumentOf: (symbol: string) => instruments.get(symbol), markOf, priceOf }
  const figures = toFigures(state.positions.values(), state.balances.values(), prices)
  const held = [...state.positions].filter(([, { size }]) => size !== '0')

  const samples: (UnrealisedSample | undefined)[] = [toldByRisk(held, state), toldByAccount(state, priceOf)]
  const markTimes = held.map(([, { symbol }]) => marks.get(symbol)?.time ?? Number.NaN)
  const marksAt = Math.min(...markTimes)
  if (figures.unrealisedProfit !== undefined && held.length > 0 && Number.isFinite(marksAt))
    samples.push({ source: 'marks', profit: figures.unrealisedProfit, time: marksAt })
  return {
    figures,
    confirmedAt: confirmedAt(state),
    unrealised: samples.flatMap((sample) => sample ?? []),
    priceOf,
  }
}

function toldByRisk(
  held: readonly (readonly [string, { readonly size: Decimal; readonly symbol: string }])[],
  { reports }: AccountState,
): UnrealisedSample | undefined {
  let [profit, time] = ['0', Infinity]
  for (const [place, { size }] of held) {
    const told = reports.risk.positions.get(place)
    // Of another size it is another profit.
    if (told?.valuation.unrealisedProfit === undefined || told.size !== size) return undefined
    profit = add(profit, told.valuation.unrealisedProfit)
    time = Math.min(time, told.askedAt)
  }
  return held.length === 0 ? undefined : { source: 'risk', profit, time }
}

function toldByAccount(
  { reports }: AccountState,
  priceOf: (asset: string) => Decimal | undefined,
): UnrealisedSample | undefined {
  let [profit, time] = ['0', Infinity]
  for (const [asset, { valuation, askedAt }] of reports.account.balances) {
    const told = valuation.unrealisedProfit
    if (told === undefined) return undefined
    time = Math.min(time, askedAt)
    if (told === '0') continue
    const price = priceOf(asset)
    if (price === undefined) return undefined
    profit = add(profit, mul(told, price))
  }
  return time === Infinity ? undefined : { source: 'account', profit, time }
}

/** The stream tells changes at once; the snapshots say that nothing was missed. */
function confirmedAt({ sources }: AccountState): number | undefined {
  const of = (name: 'positionsAt' | 'balancesAt') =>
    Math.max(...[sources.account[name], sources.risk[name]].map((time) => time ?? -Infinity))
  const oldest = Math.min(of('positionsAt'), of('balancesAt'))
  return Number.isFinite(oldest) ? oldest : undefined
}
