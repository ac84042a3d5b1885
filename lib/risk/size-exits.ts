import { abs, ceilTo, compareDecimals, floorTo, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { exitIdOf } from '../model/exit-id.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Side } from '../model/order.ts'
import type { ExitOrder, ExitState } from './exit-state.ts'
import { fewestParts, splitSize } from './split-size.ts'

/** What the orders of a way out are made by. */
export interface ExitTerms {
  readonly account: string
  /** venue time */
  readonly now: number
  readonly instrument: Instrument
  readonly markPrice: Decimal | undefined
  /** multiples of the mark that the venue takes a buy up to and a sell down to */
  readonly band: { readonly up: Decimal; readonly down: Decimal }
}

// What is needed of one look; the next one sees the rest.
const mostSlices = 10

/** Reduce-only orders for what is to go, or why there can be none. */
export function sizeExits(
  size: Decimal,
  isBanded: boolean,
  { symbol, side, startedAt, to, sent }: ExitState,
  { account, now, instrument, markPrice, band }: ExitTerms,
): ExitOrder[] | string {
  const { lotSize, minQty, tickSize, maxMarketQty } = instrument
  if (lotSize === undefined || tickSize === undefined) return `tick and lot of ${symbol} are not known`
  const leaving = floorTo(sub(abs(size), to), lotSize)
  if (compareDecimals(leaving, minQty ?? lotSize) < 0)
    return `${sub(abs(size), to)} contracts must go, which is less than can be traded`
  const orderSide: Side = signOf(size) > 0 ? 'sell' : 'buy'
  if (isBanded && markPrice === undefined) return `no mark price of ${symbol} is known`
  const price =
    !isBanded || markPrice === undefined ? undefined : priceAtBand(orderSide, markPrice, band, tickSize)
  const whole = { size: leaving, lot: lotSize, most: maxMarketQty }
  const count = fewestParts(whole)
  if (count === Infinity) return `the most of a market order, ${maxMarketQty}, is less than a lot`
  return splitSize(whole, count)
    .slice(0, mostSlices)
    .map((part, at) => ({
      id: exitIdOf({ account, symbol, side, startedAt, nth: sent + at }),
      side: orderSide,
      type: price === undefined ? 'market' : 'limit',
      price,
      size: part,
      state: 'sent',
      sentAt: now,
      endedAt: 0,
      refusal: undefined,
      askedAt: 0,
    }))
}

/** The farthest price that the venue takes, on the tick within it. */
function priceAtBand(side: Side, markPrice: Decimal, band: ExitTerms['band'], tickSize: Decimal): Decimal {
  return side === 'sell'
    ? ceilTo(mul(markPrice, band.down), tickSize)
    : floorTo(mul(markPrice, band.up), tickSize)
}
