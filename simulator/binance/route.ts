import type { Account, AccountState } from '../account/account.ts'
import type { Hits } from '../core/faults.ts'
import type { Reply } from '../core/venue.ts'

/** What a request to an account brings. */
export interface Call {
  /** of query and form body together */
  readonly parameters: URLSearchParams
  readonly account: Account
  /** the account as this answer sees it: a lagging replica's is older */
  readonly state: AccountState
  /** simulated ms */
  readonly now: number
  readonly hits: Hits
}

interface Weighed {
  /** https://developers.binance.com/docs/derivatives/usds-margined-futures/market-data */
  readonly weigh: (parameters: URLSearchParams) => number
}

export interface MarketRoute extends Weighed {
  readonly access: 'open'
  readonly answer: (parameters: URLSearchParams) => {
    readonly body: string
    readonly polled?: Reply['polled']
  }
}

export interface AccountRoute extends Weighed {
  /** by API key alone, or signed */
  readonly access: 'key' | 'signed'
  /** orders it counts as against the account's order limits */
  readonly orders?: (parameters: URLSearchParams) => number
  readonly needsTrading?: boolean
  readonly answer: (call: Call) => unknown
}

export type Route = MarketRoute | AccountRoute
/** by `GET /fapi/v1/time` and the like */
export type Routes = readonly (readonly [place: string, route: Route])[]

export function weighing(weight: number): () => number {
  return () => weight
}

/** The weight with a symbol, and without. */
export function weighingSymbol(one: number, all: number): (parameters: URLSearchParams) => number {
  return (parameters) => ((parameters.get('symbol') ?? '') === '' ? all : one)
}
