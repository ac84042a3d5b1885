import { fromUnits, parseFixed, type Fixed } from '../account/fixed.ts'
import type { Listing } from '../core/listing.ts'

/** What an order of a symbol must keep to; prices in the quote asset, sizes in the base asset. */
export interface Filters {
  readonly minPrice: Fixed
  readonly maxPrice: Fixed
  readonly tick: Fixed
  readonly lot: Fixed
  readonly maxQuantity: Fixed
  readonly maxMarketQuantity: Fixed
  readonly minNotional: Fixed
  readonly maxOrders: number
  readonly maxConditionals: number
}

/** Share of the mark price that a buy may be above and a sell below it. */
export const percentPrice = { up: 105_000_000n, down: 95_000_000n }

export function filtersOf(listing: Listing): Filters {
  const { priceDigits, quantityDigits, referencePrice } = listing
  const price = (value: number) => fromUnits(Math.max(1, Math.round(value * 10 ** priceDigits)), priceDigits)
  const lot = fromUnits(1, quantityDigits)
  // Powers of ten, worth about 5 million in a limit order and 0.5 million in a market order.
  const largest = 10 ** Math.max(1, Math.round(Math.log10(5_000_000 / referencePrice)))
  return {
    minPrice: price(referencePrice / 200),
    maxPrice: price(referencePrice * 50),
    tick: fromUnits(1, priceDigits),
    lot,
    maxQuantity: parseFixed(String(largest))!,
    maxMarketQuantity: parseFixed(String(largest / 10))!,
    minNotional: parseFixed(listing.baseAsset === 'BTC' ? '100' : listing.baseAsset === 'ETH' ? '20' : '5')!,
    maxOrders: 200,
    maxConditionals: 10,
  }
}
