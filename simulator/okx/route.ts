import type { Reply } from '../core/venue.ts'
import type { SpanLimit } from './span-limits.ts'

/** A public endpoint. */
export interface MarketRoute extends SpanLimit {
  readonly answer: (query: URLSearchParams) => {
    readonly data: readonly unknown[]
    readonly polled?: Reply['polled']
  }
}

/** by `GET market/candles` and the like, after `/api/v5/` */
export type MarketRoutes = readonly (readonly [place: string, route: MarketRoute])[]
