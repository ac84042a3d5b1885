import type { Exchange } from '../account/exchange.ts'
import type { Arrivals } from '../core/arrivals.ts'
import type { Clock } from '../core/clock.ts'
import type { Faults } from '../core/faults.ts'
import type { Gaps } from '../core/gaps.ts'
import type { Market } from '../core/market.ts'
import type { Streams } from '../core/streams.ts'
import type { Traffic } from '../core/traffic.ts'
import type { Venue } from '../core/venue.ts'

/** Everything one simulator holds. */
export interface World {
  readonly clock: Clock
  readonly market: Market
  readonly venues: readonly Venue[]
  readonly exchange: Exchange
  readonly streams: readonly Streams[]
  readonly faults: Faults
  readonly traffic: Traffic
  readonly gaps: Gaps
  readonly arrivals: Arrivals
}
