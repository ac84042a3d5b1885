import { signOf, toDecimal } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import { checkAsked } from '../model/intent.ts'
import type { OrderType, Side, TimeInForce } from '../model/order.ts'
import { sizeOrder } from '../risk/size-order.ts'
import type { OrderRequest } from './order-port.ts'

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

const classes: readonly string[] = ['open', 'reduce']

/** The order's terms, or why we deny it. */
export function checkRequest(request: OrderRequest, sight: RequestSight): OrderTerms | { denied: string } {
  const { side, type, symbol } = request
  const reduces = request.class === 'reduce' || request.reduceOnly === true
  const problem = problemOf(request)
  if (problem !== undefined) return { denied: problem }
  if (request.class === 'open' && sight.noRisk !== undefined) return { denied: sight.noRisk }
  const { instrument } = sight
  if (instrument === undefined) return { denied: `no instrument ${symbol} is known` }
  if (instrument.status !== 'trading') return { denied: `${symbol} is ${instrument.status}` }
  const asked = {
    side,
    type,
    size: toDecimal(request.size),
    notional: toDecimal(request.notional),
    price: toDecimal(request.price),
    reduceOnly: reduces,
  }
  const reference = side === 'buy' ? sight.quote?.ask : sight.quote?.bid
  const sized = sizeOrder(asked, instrument, { reference })
  if ('denied' in sized) return sized
  const { size, price, slices } = sized
  // A paper order is one order.
  if (slices.length > 1)
    return { denied: `the size ${size} is above the most of a market order, ${instrument.maxMarketQty}` }
  if (reduces && signOf(sight.held) * (side === 'buy' ? 1 : -1) >= 0)
    return { denied: 'there is nothing to reduce' }
  const timeInForce = type === 'market' ? 'IOC' : (request.timeInForce ?? 'GTC')
  return { side, type, timeInForce, postOnly: request.postOnly === true, reduceOnly: reduces, size, price }
}

function problemOf(request: OrderRequest): string | undefined {
  return classes.includes(request.class) ? checkAsked(request) : 'the class must be open or reduce'
}
