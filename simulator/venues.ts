import type { Exchange } from './account/exchange.ts'
import { BinanceVenue } from './binance/binance-venue.ts'
import { ListenKeys } from './binance/listen-keys.ts'
import { BinanceStreams } from './binance/streams/binance-streams.ts'
import { BybitStreams } from './bybit/bybit-streams.ts'
import { BybitVenue } from './bybit/bybit-venue.ts'
import { PublicStreams } from './bybit/streams/public-streams.ts'
import { ConnectLimit } from './core/connect-limit.ts'
import type { Faults } from './core/faults.ts'
import type { Streams } from './core/streams.ts'
import type { Venue } from './core/venue.ts'
import { OkxStreams } from './okx/streams/okx-streams.ts'
import { OkxVenue } from './okx/okx-venue.ts'
import type { Options } from './options.ts'
import { venueNames, type VenueName } from './venue-name.ts'

/** A venue's two wires over one exchange. */
export interface Wires {
  readonly venue: Venue
  readonly streams: readonly Streams[]
}

type OpenWires = (exchange: Exchange, faults: Faults, options: Options) => Wires

/** of an address in five minutes, on all paths. https://bybit-exchange.github.io/docs/v5/rate-limit */
const bybitConnects = [500, 300_000] as const

const opening = {
  okx: (exchange, faults, { streamLife, streamIdle }) => ({
    venue: new OkxVenue(exchange),
    streams: [new OkxStreams(exchange, faults, { lifeMs: streamLife, idleMs: streamIdle })],
  }),
  bybit(exchange, faults, options) {
    const connects = new ConnectLimit(...bybitConnects)
    return {
      venue: new BybitVenue(exchange),
      streams: [
        new BybitStreams(exchange, faults, options.streamLife, connects),
        new PublicStreams(exchange.market, exchange.clock, faults, options.streamLife, connects),
      ],
    }
  },
  binanceusdm(exchange, faults, options) {
    const policy = { limit: options.weightLimit, refusalsToBan: options.banAfter }
    const listenKeys = new ListenKeys(options.listenKeyLife)
    return {
      venue: new BinanceVenue(exchange, policy, listenKeys),
      streams: [new BinanceStreams(exchange, faults, listenKeys, options.streamLife)],
    }
  },
} satisfies Record<VenueName, OpenWires>

/** The wires of the venue that is asked for, or of all of them over the same accounts. */
export function openWires(exchange: Exchange, faults: Faults, options: Options): Wires[] {
  const names = options.venue === undefined ? venueNames : [options.venue]
  return names.map((name) => opening[name](exchange, faults, options))
}
