import type { Raw } from './raw.ts'

/** A request in the venue's own words. */
export interface VenueCall {
  /** ccxt's name for a part of the venue's endpoints; of one in another, both */
  readonly api: string | readonly [string, string]
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** a list where the venue takes several orders at once */
  readonly params?: Raw | readonly Raw[]
  /** told when the request leaves; what fails before never came to the venue */
  readonly onLeave?: () => void
}

/** A raw answer, numbers beyond 2^53 as text. */
export interface RawAnswer {
  readonly body: unknown
  /** ms since epoch on this process's clock at which the request left */
  readonly leftAt: number
  /** venue time at which the request left */
  readonly askedAt: number
}

/** Makes one request; throws what ccxt throws. */
export type Ask = (call: VenueCall) => Promise<RawAnswer>

/** What a request asks for, as ccxt names it. */
export interface RequestWords {
  readonly method: string
  readonly path: string
  /** a list where the venue takes several orders at once */
  readonly params: Raw | readonly Raw[]
}
