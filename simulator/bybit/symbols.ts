import type { Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** The market's listings under the venue's names, sorted by name as the venue pages them. */
export class Symbols {
  private readonly market: Market
  private version = -1
  private listings: ReadonlyMap<string, Listing> = new Map()

  constructor(market: Market) {
    this.market = market
  }

  all(): ReadonlyMap<string, Listing> {
    if (this.version !== this.market.version) {
      const named = [...this.market.listings.values()].map((each) => [toSymbol(each), each] as const)
      this.listings = new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)))
      this.version = this.market.version
    }
    return this.listings
  }
}

/** `BTCUSDT`, `BTCPERP` for what is quoted in USDC, `BTCUSDT-27MAR26` for a future. */
export function toSymbol(listing: Listing): string {
  const { deliveryTime, contract, pair, baseAsset, quoteAsset, symbol } = listing
  if (contract === 'CURRENT_QUARTER' && deliveryTime !== undefined) {
    const date = new Date(deliveryTime)
    const day = String(date.getUTCDate()).padStart(2, '0')
    return `${pair}-${day}${MONTHS[date.getUTCMonth()]}${String(date.getUTCFullYear()).slice(2)}`
  }
  return quoteAsset === 'USDC' ? `${baseAsset}PERP` : symbol
}
