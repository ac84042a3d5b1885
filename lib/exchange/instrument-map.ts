import { toDecimal } from '../model/decimal.ts'
import type { Instrument, PercentPrice } from '../model/instrument.ts'
import type { Raw } from './raw.ts'
import type { Venue } from './venue.ts'

/** The parts of ccxt's market structure that are used, with text for numbers. */
export interface CcxtMarket {
  readonly id: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle?: string
  readonly swap?: boolean
  readonly contract?: boolean
  readonly linear?: boolean
  readonly contractSize?: string | number
  readonly precision?: { readonly amount?: string | number; readonly price?: string | number }
  readonly limits?: {
    readonly amount?: { readonly min?: string | number }
    readonly cost?: { readonly min?: string | number }
  }
  readonly info: Raw
}

/** ccxt's market as an instrument; undefined when it is no contract. */
export function toInstrument(market: CcxtMarket, venue: Venue): Instrument | undefined {
  if (market.contract !== true || market.settle === undefined) return undefined
  return {
    symbol: market.id,
    base: market.base,
    quote: market.quote,
    settle: market.settle,
    contract: market.swap === true ? 'perpetual' : 'delivery',
    linear: market.linear === true,
    underlying: venue.underlying(market.info),
    status: venue.status(market.info),
    contractSize: venue.contractSize?.(market.info) ?? toDecimal(market.contractSize) ?? '1',
    tickSize: toDecimal(market.precision?.price),
    lotSize: toDecimal(market.precision?.amount),
    minQty: toDecimal(market.limits?.amount?.min),
    minNotional: toDecimal(market.limits?.cost?.min),
    maxMarketQty: toDecimal(venue.maxMarketQty(market.info)),
    percentPrice: toPercentPrice(venue.percentPrice?.(market.info)),
    maxStops: toCount(venue.maxStops?.(market.info)),
    deliveryTime: venue.deliveryTime(market.info),
  }
}

/** Enough of a ccxt market for ccxt to make public requests for an instrument. */
export function toCcxtMarket(instrument: Instrument): Raw {
  const { symbol, base, quote, settle, linear } = instrument
  const swap = instrument.contract === 'perpetual'
  return {
    id: symbol,
    symbol: swap ? `${base}/${quote}:${settle}` : `${base}/${quote}:${settle}-${symbol}`,
    base,
    quote,
    settle,
    baseId: base,
    quoteId: quote,
    settleId: settle,
    type: swap ? 'swap' : 'future',
    spot: false,
    margin: false,
    swap,
    future: !swap,
    option: false,
    contract: true,
    linear,
    inverse: !linear,
    subType: linear ? 'linear' : 'inverse',
    active: instrument.status === 'trading',
    contractSize: instrument.contractSize,
    precision: { amount: instrument.lotSize, price: instrument.tickSize },
    limits: { amount: { min: instrument.minQty }, cost: { min: instrument.minNotional } },
    info: {},
  }
}

/** Both ends or none: half a band would hold one side of the book to nothing. */
function toPercentPrice(
  told: { up: string | undefined; down: string | undefined } | undefined,
): PercentPrice | undefined {
  const [up, down] = [toDecimal(told?.up), toDecimal(told?.down)]
  return up === undefined || down === undefined ? undefined : { up, down }
}

function toCount(told: string | undefined): number | undefined {
  const count = told === undefined || told.trim() === '' ? Number.NaN : Number(told)
  return Number.isInteger(count) && count >= 0 ? count : undefined
}
