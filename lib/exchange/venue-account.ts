import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport } from '../model/balance-report.ts'
import type { Income } from '../model/income.ts'
import type { SymbolSettings, UserEvent } from './account-exchange.ts'
import type { Ask } from './venue.ts'

/** How a venue tells of an account. What is asked is signed; the maps behind it are pure. */
export interface VenueAccount {
  /** the venue's code for a request whose time does not fit its clock */
  readonly clockCode: string
  /** rows of a whole page of income */
  readonly incomePage: number
  /** the venue's clock, and when the request for it left on this process's */
  fetchTime(ask: Ask): Promise<{ venueTime: number; leftAt: number }>
  fetchAccount(ask: Ask): Promise<AccountReport>
  fetchBalances(ask: Ask): Promise<AccountReport>
  fetchPositions(ask: Ask): Promise<AccountReport>
  fetchPosition(ask: Ask, symbol: string): Promise<AccountReport>
  fetchModes(ask: Ask): Promise<AccountModes>
  fetchIncome(ask: Ask, since: number, page: number): Promise<Income[]>
  fetchSymbolSettings(ask: Ask): Promise<Map<string, SymbolSettings>>
  fetchOpenOrderSymbols(ask: Ask): Promise<Set<string>>
  /** the key of the account's events, the one that it has or a new one; lives anew from now */
  openStreamKey(ask: Ask): Promise<string>
  /** the account's key after it was given a new life */
  renewStreamKey(ask: Ask, key: string): Promise<string>
  /** where the events of a key are, behind the venue's WebSocket address */
  streamUrl(urls: StreamUrls, key: string): string
  /** market ms after which the venue ends a connection */
  readonly streamLifeMs: number
  /** market ms between two pings of the venue */
  readonly pingEveryMs: number
  /** market ms that a key lives */
  readonly keyLifeMs: number
  /** the time of a raw event that tells balances and positions; undefined of others */
  accountTimeOf(message: unknown): number | undefined
  /** A raw event; `ordinal` counts those before it that have the same time. Throws UnreadableAnswer. */
  toUserEvent(message: unknown, ordinal: number): UserEvent
}

/** The parts of a ccxt client that know where a venue's streams are. */
export interface StreamUrls {
  getPrivateWsUrl(type: string, listenKey: string): string
}
