import { add, compareDecimals, mul, sub } from '../model/decimal.ts'
import type { RiskLimits } from './limits.ts'
import type { OrderToCheck, PriceFacts } from './order-facts.ts'
import { denied } from './order-verdict.ts'
import type { Denial } from './order-verdict.ts'

/** Why the price of an order is too far from the mark; undefined when it is not. */
export function checkPrices(order: OrderToCheck, prices: PriceFacts, limits: RiskLimits): Denial | undefined {
  const { markPrice, percentPrice } = prices
  const price = order.price ?? prices.opposite
  // What reduces at the market goes at whatever price there is.
  if (order.class === 'reduce' && order.type === 'market') return undefined
  if (markPrice === undefined) return denied('unknown', `no mark price of ${order.symbol} is known`)
  if (price === undefined) return denied('unknown', `no quote of ${order.symbol} is known`)
  const band = mul(markPrice, limits.priceBand)
  if (compareDecimals(price, add(markPrice, band)) > 0 || compareDecimals(price, sub(markPrice, band)) < 0)
    return denied('price', `the price ${price} is not within ${limits.priceBand} of the mark ${markPrice}`)
  if (percentPrice === undefined) return undefined
  if (order.side === 'buy' && compareDecimals(price, mul(markPrice, percentPrice.up)) > 0)
    return denied(
      'price',
      `the venue takes no buy above ${percentPrice.up} of the mark ${markPrice}, was ${price}`,
    )
  if (order.side === 'sell' && compareDecimals(price, mul(markPrice, percentPrice.down)) < 0)
    return denied(
      'price',
      `the venue takes no sell below ${percentPrice.down} of the mark ${markPrice}, was ${price}`,
    )
  return undefined
}
