import type { Exchange } from './account/exchange.ts'
import { BinanceVenue } from './binance/binance-venue.ts'
import { ListenKeys } from './binance/listen-keys.ts'
import { BinanceStreams } from './binance/streams/binance-streams.ts'
import type { Faults } from './core/faults.ts'
import type { Streams } from './core/streams.ts'
import type { Venue } from './core/venue.ts'
import { OkxVenue } from './okx/okx-venue.ts'
import type { Options } from './options.ts'

/** A venue's two wires over one exchange. */
export interface Wires {
  readonly venue: Venue
  /** empty for a venue that has no streams here */
  readonly streams: readonly Streams[]
}

export type VenueName = 'binanceusdm' | 'okx'

/** How the wires of each venue are opened; one venue a simulator. */
export const venues: Readonly<
  Record<VenueName, (exchange: Exchange, faults: Faults, options: Options) => Wires>
> = {
  binanceusdm(exchange, faults, options) {
    const policy = { limit: options.weightLimit, refusalsToBan: options.banAfter }
    const listenKeys = new ListenKeys(options.listenKeyLife)
    return {
      venue: new BinanceVenue(exchange, policy, listenKeys),
      streams: [new BinanceStreams(exchange, faults, listenKeys, options.streamLife)],
    }
  },

  okx: (exchange) => ({ venue: new OkxVenue(exchange), streams: [] }),
}
