import { usualPrices } from './bases.ts'
import { MINUTE_MS } from './candle.ts'
import type { Contract, Listing, Status, Underlying } from './listing.ts'
import { gaussian, hashText, uniform } from './random.ts'
import { openSyntheticSource } from './synthetic-source.ts'

export interface SyntheticTerms {
  readonly symbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly pair?: string
  readonly contract?: Contract
  readonly underlying?: Underlying
  readonly status?: Status
  readonly deliveryTime?: number
  readonly plain?: boolean
  /** place in the market, 0 trades most; undefined for somewhere in the middle */
  readonly rank?: number
  /** ms; undefined for a time years ago, made from the seed */
  readonly onboardTime?: number
}

const EARLIEST = Date.UTC(2019, 8, 9)
/** one trade of a quiet symbol, in the quote asset */
const QUIET_TRADE_VALUE = 200

/** A symbol whose candles are made up from `seed` and its name. */
export function toSyntheticListing(terms: SyntheticTerms, seed: number): Listing {
  const own = hashText(terms.symbol, seed)
  const ofAsset = hashText(terms.baseAsset, seed)
  const referencePrice = usualPrices[terms.baseAsset] ?? 10 ** (uniform(ofAsset, 0, 31) * 5.5 - 3)
  const magnitude = Math.floor(Math.log10(referencePrice))
  const priceDigits = Math.min(8, Math.max(1, 4 - magnitude))
  const quantityDigits = Math.min(3, Math.max(0, magnitude))
  const dayValue = toDayValue(own, terms.rank ?? 60)
  const tradesAMinute = dayValue / 1440 / QUIET_TRADE_VALUE
  const quietShare = tradesAMinute > 8 ? 0 : Math.min(0.9, Math.exp(-tradesAMinute))
  const meanVolume = (dayValue / 1440 / (1 - quietShare) / referencePrice) * 10 ** quantityDigits
  const onboardTime = terms.onboardTime ?? EARLIEST + Math.floor(uniform(own, 0, 32) * 900) * 86_400_000
  return {
    symbol: terms.symbol,
    pair: terms.pair ?? terms.symbol,
    baseAsset: terms.baseAsset,
    quoteAsset: terms.quoteAsset,
    contract: terms.contract ?? 'PERPETUAL',
    underlying: terms.underlying ?? 'COIN',
    status: terms.status ?? 'TRADING',
    onboardTime,
    deliveryTime: terms.deliveryTime,
    priceDigits,
    quantityDigits,
    lotValue: 10 ** -(priceDigits + quantityDigits),
    referencePrice,
    bookStepMs: toBookStepMs(dayValue),
    spreadTicks: dayValue > 1e9 ? 1 : 1 + Math.floor(uniform(own, 0, 33) * 4),
    plain: terms.plain ?? true,
    copyOf: undefined,
    seed: own,
    source: openSyntheticSource({
      seed: own,
      walkSeed: ofAsset,
      basePrice: referencePrice * 10 ** priceDigits,
      sigma: 0.0004 + 0.0008 * uniform(ofAsset, 0, 34),
      meanVolume,
      quietShare,
      firstMinute: Math.floor(onboardTime / MINUTE_MS),
    }),
  }
}

/** ms between two changes of the best bid and ask of a symbol that trades so much a day. */
export function toBookStepMs(dayValue: number): number {
  if (dayValue > 1e9) return 100
  if (dayValue > 1e8) return 250
  return dayValue > 5e6 ? 500 : 2000
}

/** Quote asset traded in a day: billions for the first ranks, and a few symbols nearly dead. */
function toDayValue(own: number, rank: number): number {
  const usual = (2e10 / (rank + 1) ** 1.15) * Math.exp(0.6 * gaussian(own, 0, 35))
  return rank > 10 && uniform(own, 0, 36) < 0.06 ? Math.min(900_000, usual / 200) : usual
}
