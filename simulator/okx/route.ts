import type { Account, AccountState } from '../account/account.ts'
import type { Hits } from '../core/faults.ts'
import type { Reply } from '../core/venue.ts'
import type { Charge, SpanLimit } from './span-limits.ts'

/** A public endpoint. */
export interface MarketRoute extends SpanLimit {
  readonly answer: (query: URLSearchParams) => {
    readonly data: readonly unknown[]
    readonly polled?: Reply['polled']
  }
}

/** by `GET market/candles` and the like, after `/api/v5/` */
export type MarketRoutes = readonly (readonly [place: string, route: MarketRoute])[]

export type Body = Readonly<Record<string, string | number | boolean | undefined>>

/** What a request to an account brings. */
export interface Call {
  readonly account: Account
  /** the account as this answer sees it: a lagging replica's is older */
  readonly state: AccountState
  readonly query: URLSearchParams
  /** empty for a GET */
  readonly body: Body
  /** simulated ms */
  readonly now: number
  readonly hits: Hits
}

/** What is read of an account or set in it: answered or refused as a whole. */
export interface AccountRoute extends SpanLimit {
  readonly answer: (call: Call) => readonly object[]
}

export type AccountRoutes = readonly (readonly [place: string, route: AccountRoute])[]

/** Orders and cancels: each of a request is taken or refused by itself, and told beside the others. */
export interface OrderRoute {
  /** a list of them is sent, not one */
  readonly isList: boolean
  readonly charges: (bodies: readonly Body[], by: { address: string; user: string }) => readonly Charge[]
  readonly change: (call: Call) => object
}

export type OrderRoutes = readonly (readonly [place: string, route: OrderRoute])[]
