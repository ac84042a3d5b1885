import { fromUnits, over, parseFixed, times, type Fixed } from '../account/fixed.ts'
import { splitSymbol, type Listing } from '../core/listing.ts'
import type { Market } from '../core/market.ts'
import { OkxError } from './okx-error.ts'

// A hundredth of a contract is a lot.
const LOTS = 10_000_000_000n

/** `BTCUSDT` -> `BTC-USDT-SWAP` */
export function instIdOf({ baseAsset, quoteAsset }: Pick<Listing, 'baseAsset' | 'quoteAsset'>): string {
  return `${baseAsset}-${quoteAsset}-SWAP`
}

/** The perpetuals in USDT. */
export function swapsOf(market: Market): Listing[] {
  return [...market.listings.values()].filter(
    ({ contract, underlying, quoteAsset }) =>
      contract === 'PERPETUAL' && underlying === 'COIN' && quoteAsset === 'USDT',
  )
}

/** Throws as the venue does where there is no such instrument. */
export function readInstrument(market: Market, instId: string): Listing {
  const found = swapsOf(market).find((each) => instIdOf(each) === instId)
  if (found === undefined) throw new OkxError('51001', "Instrument ID doesn't exist.")
  return found
}

/** Base asset in one contract. */
export function contractSizeOf({ quantityDigits }: Pick<Listing, 'quantityDigits'>): Fixed {
  return times(fromUnits(1, quantityDigits), LOTS)
}

/** Contracts of so much of the base asset. */
export function toContracts(quantity: Fixed, listing: Pick<Listing, 'quantityDigits'>): Fixed {
  return over(quantity, contractSizeOf(listing))
}

/** Base asset of a text of contracts. */
export function fromContracts(text: string, listing: Listing): Fixed {
  const contracts = parseFixed(text)
  if (contracts === undefined) throw new OkxError('51000', 'Parameter sz error')
  return times(contracts, contractSizeOf(listing))
}

/** Of a symbol that is not listed any more the sizes are told in lots of 10^-8. */
export function listingOf(market: Market, symbol: string) {
  return market.listings.get(symbol) ?? { ...splitSymbol(symbol), quantityDigits: 8 }
}
