import type { Account, AccountState } from '../account/account.ts'
import type { Hits } from '../core/faults.ts'

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

/** An endpoint of an account. */
export interface AccountRoute {
  /** requests of an account in any second; orders where a batch is sent */
  readonly limit: number
  readonly answer: (call: Call) => object
}

/** An endpoint that takes several orders, each by itself. */
export interface BatchRoute extends AccountRoute {
  /** what an order that is not taken is told as, beside its code */
  readonly refused: (body: Body) => object
}

/** by `GET /v5/position/list` and the like */
export type AccountRoutes = readonly (readonly [place: string, route: AccountRoute])[]
export type BatchRoutes = readonly (readonly [place: string, route: BatchRoute])[]
