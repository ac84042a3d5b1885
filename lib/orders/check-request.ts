import { ceilTo, compareDecimals, div, floorTo, mul, signOf, toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { OrderType, Side, TimeInForce } from '../model/order.ts'
import type { Amount, OrderRequest } from './order-port.ts'

/** What a request is judged by. */
export interface RequestSight {
  readonly instrument: Instrument | undefined
  /** best prices now; undefined where there is no quote */
  readonly quote: { readonly bid: Decimal; readonly ask: Decimal } | undefined
  /** why no new risk may be taken; undefined when nothing stands against it */
  readonly noRisk: string | undefined
  /** contracts of the account, signed */
  readonly held: Decimal
}

/** What a request comes to, in steps that the venue takes. */
export interface OrderTerms {
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly size: Decimal
  readonly price: Decimal | undefined
}

// Digits behind the point of a size before it is cut to the lot.
const places = 18
const classes: readonly string[] = ['open', 'reduce']

/** The order's terms, or why we deny it. */
export function checkRequest(request: OrderRequest, sight: RequestSight): OrderTerms | { denied: string } {
  const { side, type } = request
  const reduces = request.class === 'reduce' || request.reduceOnly === true
  const problem = problemOf(request)
  if (problem !== undefined) return { denied: problem }
  if (request.class === 'open' && sight.noRisk !== undefined) return { denied: sight.noRisk }
  const { instrument } = sight
  if (instrument === undefined) return { denied: `no instrument ${request.symbol} is known` }
  if (instrument.status !== 'trading') return { denied: `${request.symbol} is ${instrument.status}` }
  const { tickSize, lotSize, minQty, minNotional, maxMarketQty, contractSize } = instrument
  if (tickSize === undefined || lotSize === undefined)
    return { denied: `tick and lot of ${request.symbol} are not known` }

  const price =
    request.price === undefined
      ? undefined
      : toStep(request.price, tickSize, side === 'buy' ? floorTo : ceilTo)
  if (price !== undefined && signOf(price) <= 0)
    return { denied: `the price must be above 0, was ${request.price}` }
  const reference = price ?? (side === 'buy' ? sight.quote?.ask : sight.quote?.bid)
  if (reference === undefined) return { denied: `no quote of ${request.symbol} is known` }
  const wanted = request.size ?? contractsFor(request.notional ?? 0, mul(reference, contractSize))
  const size = wanted === undefined ? undefined : toStep(wanted, lotSize, floorTo)
  if (size === undefined || signOf(size) <= 0)
    return { denied: `the size comes to less than the lot of ${lotSize}` }
  if (minQty !== undefined && compareDecimals(size, minQty) < 0)
    return { denied: `the size ${size} is below the least, ${minQty}` }
  if (type === 'market' && maxMarketQty !== undefined && compareDecimals(size, maxMarketQty) > 0) {
    return { denied: `the size ${size} is above the most of a market order, ${maxMarketQty}` }
  }
  const notional = mul(size, contractSize, reference)
  if (!reduces && minNotional !== undefined && compareDecimals(notional, minNotional) < 0) {
    return { denied: `the notional ${notional} is below the least, ${minNotional}` }
  }
  if (reduces && signOf(sight.held) * (side === 'buy' ? 1 : -1) >= 0)
    return { denied: 'there is nothing to reduce' }
  const timeInForce = type === 'market' ? 'IOC' : (request.timeInForce ?? 'GTC')
  return { side, type, timeInForce, postOnly: request.postOnly === true, reduceOnly: reduces, size, price }
}

function problemOf(request: OrderRequest): string | undefined {
  const { signalId, size, notional, type, price, postOnly, timeInForce } = request
  if (typeof signalId !== 'string' || signalId === '') return 'a signal id is needed'
  if (!classes.includes(request.class)) return 'the class must be open or reduce'
  if ((size === undefined) === (notional === undefined)) return 'either a size or a notional is needed'
  if ((type === 'limit') !== (price !== undefined))
    return 'a limit order needs a price, a market order has none'
  if (postOnly === true && (type === 'market' || (timeInForce ?? 'GTC') !== 'GTC'))
    return 'only a resting order can be post-only'
  const wrong = Object.entries({ size, notional, price }).find(
    ([, value]) => value !== undefined && toDecimal(value) === undefined,
  )
  return wrong === undefined ? undefined : `the ${wrong[0]} is no number: ${String(wrong[1])}`
}

function toStep(
  amount: Amount,
  step: Decimal,
  round: (a: Decimal, step: Decimal) => Decimal,
): Decimal | undefined {
  const decimal = toDecimal(amount)
  return decimal === undefined ? undefined : round(decimal, step)
}

function contractsFor(notional: Amount, perContract: Decimal): Decimal | undefined {
  const decimal = toDecimal(notional)
  return decimal === undefined ? undefined : div(decimal, perContract, places)
}
