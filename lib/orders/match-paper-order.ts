import { add, compareDecimals, floorTo, lesser, negate, signOf, sub, toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Order, OrderState } from '../model/order.ts'

/** What is known of a symbol's market when one of its paper orders is judged. */
export interface PaperSight {
  /** venue time */
  readonly now: number
  /**
   * best prices and what is left of their displayed sizes, as of a venue time; undefined where there is no
   * quote
   */
  readonly quote: PaperQuote | undefined
  /** base units traded in candles that went through the order's price by a tick since it reached the book */
  readonly tradedThrough: number
  /** venue time up to which the candles are known */
  readonly candlesAsOf: number
  /** contracts of the account, signed */
  readonly held: Decimal
  readonly tickSize: Decimal
  readonly lotSize: Decimal
  /** base units in a contract */
  readonly contractSize: Decimal
}

/** Ledger's numbers: prices, and contracts. */
export interface PaperQuote {
  readonly bid: number
  readonly bidLeft: number
  readonly ask: number
  readonly askLeft: number
  readonly asOf: number
}

/** What happens to the order next; undefined: nothing yet. */
export type PaperStep =
  | { readonly step: 'rest' }
  | { readonly step: 'end'; readonly state: OrderState; readonly reason: string }
  | {
      readonly step: 'fill'
      readonly size: Decimal
      readonly price: Decimal
      readonly liquidity: 'maker' | 'taker'
      /** the order's state behind this fill */
      readonly state: OrderState
      readonly reason: string
    }

// Market ms that an order, or its cancel, waits for a quote of its own time.
export const quoteWaitMs = 10_000

/** Judges a paper order by the rules in docs/strategy.md. */
export function judgePaperOrder(order: Order, sight: PaperSight): PaperStep | undefined {
  return order.state === 'pending' ? judgeArrival(order, sight) : judgeResting(order, sight)
}

function judgeArrival(order: Order, sight: PaperSight): PaperStep | undefined {
  const { quote } = sight
  if (sight.now < order.activeAt) return undefined
  // Later than this the market is another than the one that the order was meant for.
  if (sight.now >= order.activeAt + quoteWaitMs) {
    return { step: 'end', state: 'rejected', reason: `no quote came within ${quoteWaitMs} ms` }
  }
  if (quote === undefined || quote.asOf < order.activeAt) return undefined
  const left = leftOf(order, sight.held)
  if (left === '0') return { step: 'end', state: 'rejected', reason: 'there is nothing to reduce' }
  const opposite = order.side === 'buy' ? quote.ask : quote.bid
  const crosses = order.price === undefined || isBeyond(order, opposite, Number(order.price))
  if (!crosses) {
    if (order.timeInForce === 'GTC') return { step: 'rest' }
    return { step: 'end', state: 'expired', reason: 'it would not have traded at once' }
  }
  if (order.postOnly) return { step: 'end', state: 'rejected', reason: 'a post-only order would have taken' }
  const size = lesser(left, displayed(order, quote, sight.lotSize))
  if (order.timeInForce === 'FOK' && size !== left) {
    return { step: 'end', state: 'expired', reason: 'less than the whole size was displayed' }
  }
  const rests = order.timeInForce === 'GTC'
  if (size === '0')
    return rests ? { step: 'rest' } : { step: 'end', state: 'expired', reason: 'no size was displayed' }
  const state = add(order.filled, size) === order.size ? 'filled' : rests ? 'open' : 'expired'
  const reason = state === 'expired' ? 'no more size was displayed' : ''
  return { step: 'fill', size, price: toPrice(opposite), liquidity: 'taker', state, reason }
}

function judgeResting(order: Order, sight: PaperSight): PaperStep | undefined {
  const { quote, now } = sight
  const left = leftOf(order, sight.held)
  if (left === '0') return { step: 'end', state: 'cancelled', reason: 'there is nothing left to reduce' }
  const price = order.price ?? '0'
  const through = Number(order.side === 'buy' ? sub(price, sight.tickSize) : add(price, sight.tickSize))
  const fill = (size: Decimal): PaperStep => ({
    step: 'fill',
    size,
    price,
    liquidity: 'maker',
    state: add(order.filled, size) === order.size ? 'filled' : 'open',
    reason: '',
  })
  const traded = floorTo(toDecimal(sight.tradedThrough / Number(sight.contractSize)) ?? '0', sight.lotSize)
  const byTrades = sub(traded, order.filled)
  if (signOf(byTrades) > 0) return fill(lesser(left, byTrades))
  if (quote !== undefined && quote.asOf >= order.activeAt) {
    const opposite = order.side === 'buy' ? quote.ask : quote.bid
    const size = isBeyond(order, opposite, through)
      ? lesser(left, displayed(order, quote, sight.lotSize))
      : '0'
    if (size !== '0') return fill(size)
  }
  if (order.cancelAt === undefined || now < order.cancelAt) return undefined
  // What traded before the cancel was there must be known before the order is believed to be out of the book.
  const known = Math.min(quote?.asOf ?? 0, sight.candlesAsOf)
  if (known < order.cancelAt && now < order.cancelAt + quoteWaitMs) return undefined
  return { step: 'end', state: 'cancelled', reason: 'cancelled by the strategy' }
}

/** Whether the price on the other side has reached `limit`, seen from the order. */
function isBeyond(order: Order, opposite: number, limit: number): boolean {
  return order.side === 'buy' ? opposite <= limit : opposite >= limit
}

function displayed(order: Order, quote: PaperQuote, lotSize: Decimal): Decimal {
  return floorTo(toPrice(Math.max(0, order.side === 'buy' ? quote.askLeft : quote.bidLeft)), lotSize)
}

/** Contracts that may still trade; a reduce-only order has no more than there is to reduce. */
function leftOf(order: Order, held: Decimal): Decimal {
  const left = sub(order.size, order.filled)
  if (!order.reduceOnly) return left
  const reducible = order.side === 'buy' ? negate(held) : held
  return compareDecimals(reducible, '0') <= 0 ? '0' : lesser(left, reducible)
}

function toPrice(value: number): Decimal {
  return toDecimal(value) ?? '0'
}
