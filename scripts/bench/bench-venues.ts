import type { Option } from 'commander'
import { wordOption } from './bench.ts'
import type { Flags } from './bench.ts'
import type { BenchVenue } from './bench-venue.ts'
import { binanceVenue } from './venue-binanceusdm.ts'
import { bybitVenue } from './venue-bybit.ts'
import { okxVenue } from './venue-okx.ts'

const venues: Readonly<Record<string, BenchVenue>> = {
  binanceusdm: binanceVenue,
  okx: okxVenue,
  bybit: bybitVenue,
}

/** The venues that the simulator speaks. */
export const benchVenues: readonly BenchVenue[] = Object.values(venues)

/** `--venue`. */
export function venueOption(): Option {
  return wordOption('venue', 'whose wire', ['binanceusdm', 'okx', 'bybit'])
}

/** The venue that the command line names. */
export function venueIn(flags: Flags): BenchVenue {
  return venues[String(flags['venue'])] ?? binanceVenue
}
