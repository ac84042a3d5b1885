import { decodeSources } from '../account/account-sources.ts'
import { modesProblem } from '../account/account-modes.ts'
import type { StoredModes } from '../account/account-modes.ts'
import type { AccountPosition } from '../account/account-position.ts'
import { decodeBalances } from '../account/balances.ts'
import { differenceName } from '../account/check-account.ts'
import { priceAssets, toFigures } from '../account/figures.ts'
import { incomeReadField } from '../account/income.ts'
import { decodePositions } from '../account/positions.ts'
import { decodeConditions } from '../hub/conditions.ts'
import { readLivingActors } from '../hub/heartbeats.ts'
import type { LivingActor } from '../hub/heartbeats.ts'
import type { Hub } from '../hub/hub.ts'
import type { FollowedInstruments } from '../market/follow-instruments.ts'
import { readMarks } from '../market/marks.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Mark } from '../model/mark.ts'
import { decodeBan, decodeTradingState } from '../model/trading-state.ts'
import type { Ban, TradingState } from '../model/trading-state.ts'
import { exposureOf } from '../risk/exposure.ts'
import type { Exposure } from '../risk/exposure.ts'
import type { Reserved } from '../risk/reservation.ts'
import { claimKeys } from './claims.ts'
import { unownedEntries } from './unowned-orders.ts'

/** What an account's orders are held against, as Redis knew it at one moment. */
export interface AccountSight {
  /** of the reservations; positions and balances were read after it, so that nothing released is missing in both */
  readonly revision: number
  readonly reserved: Reserved
  /** by `SYMBOL/side` */
  readonly positions: ReadonlyMap<string, AccountPosition>
  readonly marks: ReadonlyMap<string, Mark>
  readonly exposure: Exposure
  readonly equity: Decimal | undefined
  readonly maintenance: Decimal | undefined
  readonly state: TradingState | undefined
  /** venue time at which the state was written where none stood; undefined: never */
  readonly epoch: number | undefined
  readonly bans: ReadonlyMap<string, Ban>
  /** `SYMBOL/side` on which the sources differ */
  readonly differences: ReadonlySet<string>
  /** why the account may not be traded live; undefined when it may */
  readonly problem: string | undefined
  /** venue times; undefined: never */
  readonly confirmedAt: number | undefined
  readonly incomeAt: number | undefined
  /** real ms */
  readonly riskBeatAgeMs: number | undefined
  readonly orderBeatAgeMs: number | undefined
  /** real ms on this process's clock */
  readonly readAt: number
}

/** Reads it. */
export async function readAccountSight(
  hub: Hub,
  of: AccountOf,
  instruments: FollowedInstruments,
): Promise<AccountSight> {
  const { keys, redis } = hub
  const { venue, account } = of
  const names = claimKeys(hub, of)
  const readAt = Date.now()
  // One after the other on one connection: what is released between the first and the second is in the second.
  const reading = redis
    .pipeline()
    .hgetall(names.reserved)
    .hgetall(keys.positions(venue, account))
    .hgetall(keys.balances(venue, account))
    .hgetall(keys.sources(venue, account))
    .hgetall(keys.conditions(venue, account))
    .hgetall(names.bans)
    .mget(names.state, keys.tradingEpoch(venue, account), keys.modes(venue, account))
    .exec()
  const [answers, marks, actors] = await Promise.all([
    reading,
    readMarks(hub, venue),
    readLivingActors(redis, keys, ['order', 'risk']),
  ])
  const [reserved, positionTexts, balanceTexts, sourceFields, conditionTexts, banTexts, texts] = (
    answers ?? []
  ).map(([error, value]) => {
    if (error !== null) throw error
    return value
  }) as [...Record<string, string>[], (string | null)[]] as [
    ...[Texts, Texts, Texts, Texts, Texts, Texts],
    (string | null)[],
  ]
  const [state, epoch, modes] = texts
  const positions = decodePositions(positionTexts)
  const markOf = (symbol: string) => marks.get(symbol)?.markPrice
  const prices = {
    instrumentOf: instruments.of,
    markOf,
    priceOf: priceAssets(hub.config.quoteAssets[0] ?? 'USDT', instruments.all().values(), markOf, markOf),
  }
  const figures = toFigures(positions.values(), decodeBalances(balanceTexts).values(), prices)
  const conditions = decodeConditions(conditionTexts)
  const sources = decodeSources(sourceFields)
  const { revision = '0', ...counters } = reserved
  return {
    revision: Number(revision),
    reserved: Object.fromEntries(Object.entries(counters).map(([name, text]) => [name, Number(text)])),
    positions,
    marks,
    exposure: exposureOf(positions.values(), unownedEntries(conditions), prices),
    equity: figures.equity,
    maintenance: figures.maintenanceMargin,
    state: decodeTradingState(state),
    epoch: numberIf(epoch),
    bans: new Map(Object.entries(banTexts).map(([symbol, text]) => [symbol, decodeBan(text)])),
    differences: new Set(conditions.keys()),
    problem: problemOf(
      sources.account.positionsAt ?? sources.risk.positionsAt,
      typeof modes === 'string' ? (JSON.parse(modes) as StoredModes) : undefined,
    ),
    confirmedAt: latestOf(Object.values(sources).map(({ heardAt }) => heardAt)),
    incomeAt: numberIf(sourceFields[incomeReadField]),
    riskBeatAgeMs: beatAgeOf(actors, 'risk', of),
    orderBeatAgeMs: beatAgeOf(actors, 'order', of),
    readAt,
  }
}

/** Whether the sources differ on a symbol. */
export function isDisputed({ differences }: AccountSight, symbol: string): boolean {
  return ['both', 'long', 'short'].some((side) => differences.has(differenceName(`${symbol}/${side}`)))
}

type Texts = Record<string, string>

function problemOf(snapshotAt: number | undefined, modes: StoredModes | undefined): string | undefined {
  if (snapshotAt === undefined) return 'no full snapshot of the account has come yet'
  if (modes === undefined) return 'how the account is set up is not known yet'
  return modesProblem(modes)
}

function numberIf(text: string | null | undefined): number | undefined {
  return typeof text === 'string' ? Number(text) : undefined
}

function latestOf(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

function beatAgeOf(actors: readonly LivingActor[], kind: string, of: AccountOf): number | undefined {
  const mine = actors.filter(
    (actor) =>
      actor.kind === kind && actor.fields['account'] === of.account && actor.fields['venue'] === of.venue,
  )
  return mine.length === 0 ? undefined : Math.min(...mine.map(({ beatAgeMs }) => beatAgeMs))
}
