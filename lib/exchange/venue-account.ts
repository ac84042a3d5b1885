import type { AccountKeys } from '../model/account-keys.ts'
import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport } from '../model/balance-report.ts'
import type { IncomePage, SymbolSettings, UserEvent } from './account-exchange.ts'
import type { Raw } from './raw.ts'
import type { Ask } from './venue-call.ts'

/** How a venue tells of an account. What is asked is signed; the maps behind it are pure. */
export interface VenueAccount {
  /** the venue's code for a request whose time does not fit its clock */
  readonly clockCode: string
  /** the venue's clock, and when the request for it left on this process's */
  fetchTime(ask: Ask): Promise<{ venueTime: number; leftAt: number }>
  fetchAccount(ask: Ask): Promise<AccountReport>
  fetchBalances(ask: Ask): Promise<AccountReport>
  fetchPositions(ask: Ask): Promise<AccountReport>
  fetchPosition(ask: Ask, symbol: string): Promise<AccountReport>
  fetchModes(ask: Ask): Promise<AccountModes>
  fetchIncome(ask: Ask, since: number, page: number): Promise<IncomePage>
  fetchSymbolSettings(ask: Ask): Promise<Map<string, SymbolSettings>>
  fetchOpenOrderSymbols(ask: Ask): Promise<Set<string>>
  /** the key of the account's events, the one that it has or a new one; lives anew from now */
  openStreamKey(ask: Ask): Promise<string>
  /** the account's key after it was given a new life */
  renewStreamKey(ask: Ask, key: string): Promise<string>
  /** where the events of a key are; all of these addresses together tell them */
  streamUrls(client: StreamUrls, key: string): readonly string[]
  /** what is said there before events come; undefined where the key in the address is enough */
  readonly greeting?: StreamGreeting
  /** market ms after which the venue ends a connection */
  readonly streamLifeMs: number
  /** market ms between two pings of the venue */
  readonly pingEveryMs: number
  /** market ms that a key lives; Infinity where there is none */
  readonly keyLifeMs: number
  /** the time of a raw event that tells balances and positions; undefined of others */
  accountTimeOf(message: unknown): number | undefined
  /** What a raw event tells; `ordinal` counts those before it that have the same time. Throws UnreadableAnswer. */
  toUserEvents(message: unknown, ordinal: number): readonly UserEvent[]
}

/** How a connection logs in and asks for events. */
export interface StreamGreeting {
  /** `now` is venue ms */
  login(keys: AccountKeys, now: number): Raw
  /** what is sent at an address after the login, and how many answers come */
  subscription(url: string): { readonly subscribe: Raw; readonly answers: number }
  /** what the venue says of the connection itself; undefined of an event */
  answerOf(message: unknown): 'logged-in' | 'subscribed' | 'alive' | { readonly refused: string } | undefined
}

/** The parts of a ccxt client that know where a venue's streams are. */
export interface StreamUrls {
  getPrivateWsUrl(type: string, listenKey: string): string
  readonly urls: { readonly api?: unknown }
}
