import type { Decimal } from './decimal.ts'

/** What the venue lets one do with an instrument now. */
export type InstrumentStatus = 'trading' | 'paused' | 'settling' | 'pending' | 'delisted'

/** A venue's band around the mark. */
export interface PercentPrice {
  readonly up: Decimal
  readonly down: Decimal
}

/** The terms of a contract. */
export interface Instrument {
  /** the venue's id, such as BTCUSDT or BTC-USDT-SWAP */
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle: string
  /** `perpetual` has no delivery; everything else is `delivery` */
  readonly contract: 'perpetual' | 'delivery'
  readonly linear: boolean
  /** what stands behind the price, in lower case: coin, index, equity, commodity, premarket */
  readonly underlying: string
  readonly status: InstrumentStatus
  /** base units in one contract */
  readonly contractSize: Decimal
  readonly tickSize: Decimal | undefined
  /** step of an order's size, in contracts */
  readonly lotSize: Decimal | undefined
  readonly minQty: Decimal | undefined
  /** in the quote asset */
  readonly minNotional: Decimal | undefined
  readonly maxMarketQty: Decimal | undefined
  /** multiples of the mark that the venue takes a buy up to, and a sell down to; undefined: it tells of no such filter */
  readonly percentPrice: PercentPrice | undefined
  /** stops that an account may have at once in it; undefined: not told */
  readonly maxStops: number | undefined
  /** ms since epoch; undefined for a perpetual that goes on */
  readonly deliveryTime: number | undefined
}

/** An instrument as the hub keeps it. */
export interface ListedInstrument extends Instrument {
  /** small integer that stays with the symbol for as long as the hub's state lives */
  readonly index: number
  /** traded in 24 hours, in the quote asset; undefined until the venue has said it */
  readonly quoteVolume: Decimal | undefined
}

/** The terms of a symbol's contract; undefined while they are not known. */
export type InstrumentOf = (symbol: string) => Instrument | undefined
