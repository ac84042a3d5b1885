import { bases } from './bases.ts'
import { MINUTE_MS } from './candle.ts'
import { splitSymbol, type Listing, type Status } from './listing.ts'
import { openReplay } from './replay-listings.ts'
import type { Reel } from './replay-source.ts'
import { toSpecialListings } from './special-listings.ts'
import { toSyntheticListing } from './synthetic-listing.ts'

export interface MarketWish {
  readonly symbols: number
  readonly seed: number
  /** CSV of recorded candles; undefined for a synthetic market */
  readonly replay: string | undefined
  readonly startMinute: number | undefined
}

/** The symbols of the simulated world, in the order they are listed; every venue shows the same ones. */
export class Market {
  readonly listings: ReadonlyMap<string, Listing>
  /** undefined when the market is synthetic */
  readonly reel: Reel | undefined
  /** rises with every change of a listing */
  version = 0
  private readonly seed: number
  private readonly bySymbol = new Map<string, Listing>()

  /** `now` is simulated ms since epoch. Throws InputError for a bad recording. */
  constructor(wish: MarketWish, now: number) {
    this.seed = wish.seed
    this.listings = this.bySymbol
    if (wish.replay === undefined) {
      for (const each of toSyntheticMarket(wish.symbols, wish.seed)) this.bySymbol.set(each.symbol, each)
    } else {
      const { path, ...rest } = { ...wish, path: wish.replay }
      const replay = openReplay({ ...rest, path, now })
      this.reel = replay.reel
      for (const each of replay.listings) this.bySymbol.set(each.symbol, each)
    }
    for (const each of toSpecialListings(wish.seed, now)) {
      if (!this.bySymbol.has(each.symbol)) this.bySymbol.set(each.symbol, each)
    }
  }

  /** Lists a synthetic symbol from this minute on; false when it is listed already. */
  list(symbol: string, now: number): boolean {
    if (this.bySymbol.has(symbol)) return false
    const onboardTime = Math.floor(now / MINUTE_MS) * MINUTE_MS
    this.bySymbol.set(symbol, toSyntheticListing({ symbol, ...splitSymbol(symbol), onboardTime }, this.seed))
    this.version += 1
    return true
  }

  /** False when there is no such symbol. */
  delist(symbol: string): boolean {
    this.version += 1
    return this.bySymbol.delete(symbol)
  }

  /** False when there is no such symbol. */
  setStatus(symbol: string, status: Status): boolean {
    const listing = this.bySymbol.get(symbol)
    if (listing === undefined) return false
    listing.status = status
    this.version += 1
    return true
  }
}

function toSyntheticMarket(symbols: number, seed: number): Listing[] {
  return Array.from({ length: symbols }, (_, rank) => {
    const baseAsset = bases[rank] ?? `SIM${String(rank - bases.length + 1).padStart(3, '0')}`
    return toSyntheticListing({ symbol: `${baseAsset}USDT`, baseAsset, quoteAsset: 'USDT', rank }, seed)
  })
}
