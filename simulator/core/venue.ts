import type { IncomingHttpHeaders } from 'node:http'
import type { Hits } from './faults.ts'

/** One request as a venue sees it. */
export interface VenueRequest {
  readonly method: string
  /** without the query */
  readonly path: string
  readonly query: URLSearchParams
  /** the query as it was sent */
  readonly queryText: string
  /** the body as it was sent, a form; empty for most */
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** source address of the connection, `127.0.0.1` */
  readonly address: string
}

export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** the klines this answers up to the present, for the lap measurement */
  readonly polled?: { readonly symbol: string; readonly interval: string }
  /** the API key of the account that asked, once it is known */
  readonly user?: string
  /** refused for asking too often, and by whose limit: the source address's or the account's */
  readonly overLimit?: 'address' | 'user'
}

/** What a venue tells of an address's use of its limits, for the stats. */
export interface AddressUse {
  readonly weight: number
  readonly windowWeight: number
  readonly bannedUntil: number | undefined
  readonly windows: readonly { readonly start: number; readonly weight: number }[]
}

/** A venue's wire: it knows paths, limits and forms, and takes all it tells from the market. */
export interface Venue {
  readonly name: string
  owns(path: string): boolean
  /** Counts the request against the venue's limits and answers it; of the faults, those that mean accounts are its own. */
  answer(request: VenueRequest, hits: Hits): Reply
  /** Refuses as the venue does over its limits (429), or to a banned address (418), until `until` (simulated ms). */
  refuse(request: VenueRequest, kind: 'rateLimit' | 'ban', until: number): Reply
  /** What the venue says when it fails with an HTTP status of its own, as JSON. */
  toFailure(status: number): string
  /** True while the venue's own limits ban the address. */
  isBanned(address: string): boolean
  readUse(address: string): AddressUse | undefined
  /** Forgets bans and windows. */
  reset(): void
}
