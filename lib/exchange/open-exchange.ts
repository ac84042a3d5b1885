import type { Exchange as CcxtExchange } from 'ccxt'
import { toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { ConfigError, VenueRejectedError } from '../model/errors.ts'
import type { Ticker } from '../model/ticker.ts'
import { binanceusdm } from './binanceusdm.ts'
import { bitget } from './bitget.ts'
import { bybit } from './bybit.ts'
import { pollCostOf } from './charges.ts'
import { closeClient, openClient } from './ccxt.ts'
import type { ClientOptions } from './ccxt.ts'
import type { Exchange } from './exchange.ts'
import { toCcxtMarket, toInstrument } from './instrument-map.ts'
import type { CcxtMarket } from './instrument-map.ts'
import { toKlineRow } from './kline-map.ts'
import { okx } from './okx.ts'
import { toTicker } from './ticker-map.ts'
import type { CcxtTicker } from './ticker-map.ts'
import type { VenueAccount } from './venue-account.ts'
import type { VenueOrders } from './venue-orders.ts'
import { toSluiceError } from './venue-error.ts'
import type { Venue } from './venue.ts'
import type { Ask } from './venue-call.ts'

const venues: Readonly<Record<string, Venue>> = { binanceusdm, okx, bybit, bitget }

/** The venues that are known. */
export const venueIds: readonly string[] = Object.keys(venues)

/** The description of a venue; throws ConfigError for one that is not known. */
export function venueOf(id: string): Venue {
  const venue = venues[id]
  if (venue === undefined)
    throw new ConfigError(`the exchange must be one of ${venueIds.join(', ')}, was "${id}"`)
  return venue
}

/** Throws ConfigError where the venue has no candles of one of these intervals. */
export function requireIntervals({ id, lacks }: Venue, intervals: readonly string[]): void {
  const lacking = lacks.find((interval) => intervals.includes(interval))
  if (lacking !== undefined) throw new ConfigError(`${id} has no candles of ${lacking}`)
}

/** The account endpoints of a venue; throws ConfigError where they are not built yet. */
export function accountOf({ id, account }: Venue): VenueAccount {
  if (account === undefined) throw new ConfigError(`accounts at ${id} are not built yet`)
  return account
}

/** The order endpoints of a venue; throws ConfigError where they are not built yet. */
export function ordersOf({ id, orders }: Venue): VenueOrders {
  if (orders === undefined) throw new ConfigError(`orders at ${id} are not built yet`)
  return orders
}

/** A venue behind the one interface. Nothing is asked of it until the first call. */
export async function openExchange(id: string, options: ClientOptions): Promise<Exchange> {
  const venue = venueOf(id)
  const client = await openClient(venue, options)
  const call = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw toSluiceError(error, `${venue.id} ${what}`, Date.now())
    }
  }
  const ask: Ask = (asked) => client.ask(asked)
  return {
    venue: venue.id,
    mostKlines: venue.mostKlines,
    costOf: (kind) => pollCostOf(venue, kind),
    fetchInstruments: () =>
      call('instruments', async () => {
        await client.loadMarkets(true)
        // By id: two ids of one base, quote and settle share a symbol of ccxt's, and its list has one of them only.
        const markets = Object.values(client.markets_by_id ?? {}).flat() as unknown as CcxtMarket[]
        const instruments = markets.flatMap((market) => toInstrument(market, venue) ?? [])
        if (instruments.length === 0) throw new VenueRejectedError(`${venue.id} lists no contract`)
        return instruments
      }),
    fetchTickers: () =>
      call('tickers', async () => {
        if (venue.fetchTickers !== undefined) return venue.fetchTickers(ask)
        const tickers = new Map<string, Ticker>()
        for (const told of Object.values(await client.fetchBidsAsks())) {
          const ticker = toTicker(told as unknown as CcxtTicker, venue)
          if (ticker !== undefined && told.symbol !== undefined)
            tickers.set(symbolOf(client, told.symbol), ticker)
        }
        return tickers
      }),
    fetchQuoteVolumes: () =>
      call('24-hour tickers', async () => {
        if (venue.fetchQuoteVolumes !== undefined) return venue.fetchQuoteVolumes(ask)
        const volumes = new Map<string, Decimal>()
        for (const ticker of Object.values(await client.fetchTickers())) {
          const volume = toDecimal(ticker.quoteVolume)
          if (volume !== undefined && ticker.symbol !== undefined)
            volumes.set(symbolOf(client, ticker.symbol), volume)
        }
        return volumes
      }),
    fetchMarks: () => call('marks', () => venue.fetchMarks(ask)),
    fetchKlines: (symbol, interval, of) =>
      call(`klines of ${symbol}`, async () => {
        const rows = await client.fetchOHLCV(symbol, interval, of.startTime, of.limit)
        return (rows as unknown[][]).map(toKlineRow)
      }),
    fetchTime: () =>
      call('time', async () => {
        const time = Number(await client.fetchTime())
        if (!Number.isFinite(time)) throw new VenueRejectedError(`${venue.id} told no time`)
        return time
      }),
    useInstruments(instruments) {
      client.setMarkets(instruments.map((instrument) => client.safeMarketStructure(toCcxtMarket(instrument))))
    },
    knows: (symbol) => Object.hasOwn(client.markets_by_id ?? {}, symbol),
    close: () => closeClient(client),
  }
}

// An instrument that was listed since the markets were read keeps the venue's id as its symbol.
function symbolOf(client: CcxtExchange, unified: string): string {
  const market = client.markets?.[unified] as { id?: string } | undefined
  return market?.id ?? unified
}
