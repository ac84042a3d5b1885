import type { CandleSource } from './candle.ts'

export type Contract = 'PERPETUAL' | 'TRADIFI_PERPETUAL' | 'CURRENT_QUARTER'
export type Underlying = 'COIN' | 'INDEX' | 'EQUITY' | 'PREMARKET'
export const statuses = [
  'PENDING_TRADING',
  'TRADING',
  'PRE_SETTLE',
  'SETTLING',
  'PRE_DELIVERING',
  'DELIVERING',
  'DELIVERED',
  'BREAK',
  'CLOSE',
] as const
export type Status = (typeof statuses)[number]

/** One symbol of the market and where its candles come from. */
export interface Listing {
  readonly symbol: string
  /** the symbol of the perpetual it belongs to: `BTCUSDT` for `BTCUSDT_260327` */
  readonly pair: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly contract: Contract
  readonly underlying: Underlying
  status: Status
  readonly onboardTime: number
  /** undefined for a perpetual */
  readonly deliveryTime: number | undefined
  /** decimals of a price; a tick is 10^-priceDigits of the quote asset */
  readonly priceDigits: number
  /** decimals of a quantity; a lot is 10^-quantityDigits of the base asset */
  readonly quantityDigits: number
  /** one lot at one tick, in the quote asset */
  readonly lotValue: number
  /** about what one unit costs, in the quote asset: sizes the order limits, is no price to trade at */
  readonly referencePrice: number
  /** ms between two changes of the best bid and ask */
  readonly bookStepMs: number
  readonly spreadTicks: number
  /** counts towards --symbols: an ordinary perpetual and none of the ones a universe filter leaves out */
  readonly plain: boolean
  /** the recorded symbol whose candles it repeats, and how far ahead in the recording it is */
  readonly copyOf: { readonly symbol: string; readonly shiftMinutes: number } | undefined
  readonly seed: number
  readonly source: CandleSource
}

/** `BTCUSDT` -> `BTC` and `USDT`; a symbol without a known quote asset is quoted in USDT. */
export function splitSymbol(symbol: string): { baseAsset: string; quoteAsset: string } {
  const quoteAsset = ['USDT', 'USDC', 'BUSD', 'FDUSD', 'BTC'].find(
    (quote) => symbol.endsWith(quote) && symbol.length > quote.length,
  )
  if (quoteAsset === undefined) return { baseAsset: symbol, quoteAsset: 'USDT' }
  return { baseAsset: symbol.slice(0, -quoteAsset.length), quoteAsset }
}
