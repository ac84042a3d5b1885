import { toAccountReport, toRiskReport, toSymbolReport } from '../../lib/exchange/binance-account-map.ts'
import { binanceAccount } from '../../lib/exchange/binance-account.ts'
import * as bybitMap from '../../lib/exchange/bybit-account-map.ts'
import { bybitAccount } from '../../lib/exchange/bybit-account.ts'
import * as okxMap from '../../lib/exchange/okx-account-map.ts'
import { okxAccount } from '../../lib/exchange/okx-account.ts'
import type { VenueAccount } from '../../lib/exchange/venue-account.ts'
import type { AccountReport } from '../../lib/model/balance-report.ts'
import type { AccountSource } from '../../lib/model/position-report.ts'
import type { AccountEvent } from '../../simulator/account/account-events.ts'
import { readPosition } from '../../simulator/account/account.ts'
import type { AccountState } from '../../simulator/account/account.ts'
import { formatShort } from '../../simulator/account/fixed.ts'
import { readMark } from '../../simulator/account/marks.ts'
import type { Position } from '../../simulator/account/position.ts'
import { toAccount } from '../../simulator/binance/account-rows.ts'
import * as binanceRows from '../../simulator/binance/position-rows.ts'
import { toUserEvents } from '../../simulator/binance/streams/user-events.ts'
import * as bybitRows from '../../simulator/bybit/account-rows.ts'
import type { Listing } from '../../simulator/core/listing.ts'
import type { Market } from '../../simulator/core/market.ts'
import { instIdOf, toContracts } from '../../simulator/okx/contracts.ts'
import * as okxRows from '../../simulator/okx/account-rows.ts'

/** An account as a venue shows it at `at`, its clock; `said` is what who asked takes for the time of asking. */
export interface ShownAccount {
  readonly market: Market
  readonly state: AccountState
  readonly at: number
  readonly said: number
}

/** Leaves rows out. */
export type Lack = <T>(rows: readonly T[]) => T[]

/** A venue's words for an account, by the simulator's own rows, and what our maps make of them. */
export interface AccountRows {
  readonly venue: string
  /** what reads the stream */
  readonly stream: Pick<VenueAccount, 'accountTimeOf' | 'toUserEvents'>
  /** ms by which an answer with balances may lag; undefined where they have a time of their own */
  readonly balanceLagMs: number | undefined
  /** whether what the account endpoint tells of a position has its entry */
  readonly accountTellsEntries: boolean
  symbolOf(listing: Listing): string
  /** contracts, signed */
  sizeOf(position: Position, listing: Listing): string
  /** what the stream tells of an event, as far as it changes the account */
  toMessages(event: AccountEvent, market: Market): readonly object[]
  toAccount(shown: ShownAccount, lack: Lack): AccountReport
  toRisk(shown: ShownAccount, lack: Lack): AccountReport
  /** the answer to a question about one symbol */
  toSymbol(shown: ShownAccount, listing: Listing): AccountReport
}

const binance: AccountRows = {
  venue: 'binanceusdm',
  stream: binanceAccount,
  balanceLagMs: undefined,
  accountTellsEntries: false,
  symbolOf: ({ symbol }) => symbol,
  sizeOf: ({ size }) => formatShort(size),
  toMessages: (event, market) =>
    toUserEvents(event, market, event.time).filter(({ e }) => e === 'ACCOUNT_UPDATE'),
  toAccount(shown, lack) {
    const body = toAccount(toShown(shown))
    return toAccountReport({ ...body, positions: lack(body.positions) }, shown.said)
  },
  toRisk(account, lack) {
    const shown = toShown(account)
    const margins = binanceRows.toAssetMargins(shown)
    const rows = binanceRows.toActivePositions(shown).map((each) => binanceRows.toRiskRow(each, margins))
    return toRiskReport(lack(rows), account.said)
  },
  toSymbol(account, listing) {
    const shown = toShown(account)
    const margins = binanceRows.toAssetMargins(shown)
    const rows = binanceRows.toPositions(shown, listing)
    return toSymbolReport(
      rows.map((each) => binanceRows.toOldRiskRow(each, margins)),
      account.said,
    )
  },
}

function toShown({ state, market, at }: ShownAccount): binanceRows.Shown {
  return { state, listings: market.listings, readMark: (listing) => readMark(listing, at) }
}

const okx: AccountRows = {
  venue: 'okx',
  stream: okxAccount,
  balanceLagMs: undefined,
  accountTellsEntries: true,
  symbolOf: instIdOf,
  sizeOf: ({ size }, listing) => formatShort(toContracts(size, listing)),
  toMessages(event, market) {
    const { account, time } = event
    const message = (channel: string, row: object) => ({ arg: { channel }, data: [row] })
    const wallet = () => message('account', okxRows.toAccountRow(account, market, time))
    if (event.kind === 'balance') return [wallet()]
    if (event.kind !== 'fill') return []
    const position = okxRows.toPositionRow(account, market, event.position, time)
    return [message('positions', position), wallet()]
  },
  toAccount(shown, lack) {
    const wallet = { data: [okxRows.toAccountRow(shown.state, shown.market, shown.at)] }
    return joined(toOkxReport(shown, 'account', lack), okxMap.toBalancesReport(wallet, shown.said))
  },
  toRisk: (shown, lack) => toOkxReport(shown, 'risk', lack),
  toSymbol({ state, market, at, said }, listing) {
    const data = binanceRows
      .sidesOf(state)
      .map((side) => readPosition(state, listing.symbol, side))
      .filter(({ updateTime }) => updateTime !== 0)
      .map((each) => okxRows.toPositionRow(state, market, each, at))
    return okxMap.toPositionsReport({ data }, { source: 'risk', askedAt: said, complete: false })
  },
}

function toOkxReport(
  { state, market, at, said }: ShownAccount,
  source: AccountSource,
  lack: Lack,
): AccountReport {
  const data = heldIn(state).map((each) => okxRows.toPositionRow(state, market, each, at))
  return okxMap.toPositionsReport({ data: lack(data) }, { source, askedAt: said, complete: true })
}

const bybit: AccountRows = {
  venue: 'bybit',
  stream: bybitAccount,
  balanceLagMs: 2_000,
  accountTellsEntries: true,
  symbolOf: ({ symbol }) => symbol,
  sizeOf: ({ size }) => formatShort(size),
  toMessages(event, market) {
    const { account, time } = event
    const message = (topic: string, row: object) => ({ topic, creationTime: time, data: [row] })
    const wallet = () => message('wallet', bybitRows.toWalletRow(account, market, time))
    if (event.kind === 'balance') return [wallet()]
    if (event.kind !== 'fill') return []
    const position = bybitRows.toPositionRow(account, market, event.position, time)
    return [message('position', position), wallet()]
  },
  toAccount(shown, lack) {
    const list = [bybitRows.toWalletRow(shown.state, shown.market, shown.at)]
    const wallet = { result: { list }, time: Math.floor(shown.at) }
    return joined(toBybitReport(shown, 'account', lack), bybitMap.toBalancesReport(wallet, shown.said))
  },
  toRisk: (shown, lack) => toBybitReport(shown, 'risk', lack),
  toSymbol({ state, market, at, said }, listing) {
    const rows = binanceRows
      .sidesOf(state)
      .map((side) => bybitRows.toPositionRow(state, market, readPosition(state, listing.symbol, side), at))
    return bybitMap.toPositionsReport(rows, { source: 'risk', askedAt: said, complete: false })
  },
}

function toBybitReport(
  { state, market, at, said }: ShownAccount,
  source: AccountSource,
  lack: Lack,
): AccountReport {
  const rows = heldIn(state).map((each) => bybitRows.toPositionRow(state, market, each, at))
  return bybitMap.toPositionsReport(lack(rows), { source, askedAt: said, complete: true })
}

function heldIn(state: AccountState): Position[] {
  return [...state.positions.values()].filter(({ size }) => size !== 0n)
}

/** What two requests brought that only together tell the whole account. */
function joined(positions: AccountReport, balances: AccountReport): AccountReport {
  return {
    positions: positions.positions,
    balances: balances.balances,
    complete: { positions: true, balances: true },
    askedAt: Math.min(positions.askedAt, balances.askedAt),
  }
}

/** The venues whose accounts can be followed. */
export const accountRows: readonly AccountRows[] = [binance, okx, bybit]
