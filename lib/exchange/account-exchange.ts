import type { AccountModes } from '../model/account-modes.ts'
import type { AccountReport } from '../model/balance-report.ts'
import type { Decimal } from '../model/decimal.ts'
import type { PollCost, PollKind } from './exchange.ts'
import type { Income } from '../model/income.ts'
import type { Raw } from './raw.ts'

/**
 * The venue's clock as this process knows it: requests are signed by it, and what they bring is dated by it. `hub.clock`
 * is one.
 */
export interface VenueClock {
  /** ms since epoch on the venue's clock */
  now(): number
  /** how far `now` may be off; Infinity until the venue was asked */
  errorMs(): number
  /** the venue said `venueTime` somewhere between two moments of this process's clock */
  correct(venueTime: number, sentAt: number, receivedAt: number): void
}

/** What an account has set for a symbol. */
export interface SymbolSettings {
  readonly mode: 'cross' | 'isolated' | undefined
  readonly leverage: Decimal
  /** in the quote asset, at this leverage */
  readonly maxNotional: Decimal | undefined
}

/** Income in the order of its time, and whether the venue has another page. */
export interface IncomePage {
  readonly rows: readonly Income[]
  readonly more: boolean
}

/**
 * One account of a venue, read. Every row that the venue tells is reported, the flat ones too. `askedAt` of a report is
 * venue time by this process's clock at which its request left, without the clock's error. Failures are those of
 * Exchange; none of them tells a key, a secret, a signature or a listenKey.
 */
export interface AccountExchange {
  readonly venue: string
  readonly account: string
  costOf(kind: PollKind): PollCost
  /** The venue's clock, ms since epoch. */
  fetchTime(): Promise<number>
  /** All balances and positions; without entry prices, marks and leverage. */
  fetchAccount(): Promise<AccountReport>
  /** All balances; without margins. */
  fetchBalances(): Promise<AccountReport>
  /** All positions of symbols that have a position or an open order; without mode and leverage. */
  fetchPositions(): Promise<AccountReport>
  /** All sides of one symbol, a flat one with an explicit 0. */
  fetchPosition(symbol: string): Promise<AccountReport>
  fetchModes(): Promise<AccountModes>
  /** One page of what changed the wallets from `since` on, the oldest first; pages count from 1. */
  fetchIncome(since: number, page?: number): Promise<IncomePage>
  /** symbol -> what is set for it, of all symbols */
  fetchSymbolSettings(): Promise<Map<string, SymbolSettings>>
  /** The symbols with an open order, the conditional ones too. */
  fetchOpenOrderSymbols(): Promise<Set<string>>
  /** A key to the account's events, the one that the account has or a new one; lives anew from now. */
  openStreamKey(): Promise<StreamKey>
  close(): Promise<void>
}

/** A key to the events of an account. What it is stays inside. */
export interface StreamKey {
  /** whether both are one key of the venue */
  isSame(other: StreamKey): boolean
  /** Gives it a new life; throws VenueRejectedError when it is no more, or no longer the account's. */
  renew(): Promise<void>
  /** Opens a connection to the events. Handlers are called until `onEnd`, which is called once. */
  connect(handlers: StreamHandlers): StreamConnection
  /** market ms that the venue lets a key live, ends a connection after, and pings after */
  readonly keyLifeMs: number
  readonly streamLifeMs: number
  readonly pingEveryMs: number
}

/** Who is told of a connection. What they throw is an unreadable event. */
export interface StreamHandlers {
  onOpen(): void
  onEvent(event: UserEvent): void
  /** the venue said something, if only a ping */
  onSign(): void
  /** an event that cannot be read: what it told is lost */
  onLost(reason: string): void
  onEnd(reason: string): void
}

export interface StreamConnection {
  /** Ends it at once; `onEnd` is not called for it. */
  close(): void
}

/** What the venue tells an account, as it comes. Times are the venue's. */
export type UserEvent =
  | { readonly kind: 'report'; readonly report: AccountReport; readonly reason: string }
  /** of an order, or of a conditional one; `row` is raw */
  | {
      readonly kind: 'order' | 'conditional'
      readonly time: number
      readonly askedAt: number
      readonly row: Raw
    }
  | { readonly kind: 'leverage'; readonly symbol: string; readonly leverage: Decimal; readonly time: number }
  | { readonly kind: 'multi-assets'; readonly multiAssets: boolean; readonly time: number }
  | { readonly kind: 'key-expired' }
  /** what nobody here reads */
  | { readonly kind: 'other'; readonly name: string }
