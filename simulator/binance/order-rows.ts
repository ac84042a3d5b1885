import type { Conditional } from '../account/conditional.ts'
import { formatFixed, formatShort, over, type Fixed } from '../account/fixed.ts'
import type { Order, Trade } from '../account/order.ts'
import type { Listing } from '../core/listing.ts'

/** Decimals of a symbol; 8 of each when it is not listed any more. */
export interface Digits {
  readonly priceDigits: number
  readonly quantityDigits: number
}

export function digitsOf(listing: Listing | undefined): Digits {
  return listing ?? { priceDigits: 8, quantityDigits: 8 }
}

/** An order as the answers to placing and cancelling tell it. */
export function toOrderRow(order: Order, { priceDigits, quantityDigits }: Digits) {
  const stopPrice = order.origin?.stopPrice ?? 0n
  return {
    orderId: order.id,
    symbol: order.symbol,
    status: order.status,
    clientOrderId: order.clientId,
    price: formatFixed(order.price, priceDigits),
    avgPrice: formatAverage(order, priceDigits),
    origQty: formatFixed(order.quantity, quantityDigits),
    executedQty: formatFixed(order.filled, quantityDigits),
    cumQty: formatFixed(order.filled, quantityDigits),
    cumQuote: formatFixed(order.value, Math.min(8, priceDigits + quantityDigits)),
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.reduceOnly,
    closePosition: order.origin?.closePosition ?? false,
    side: order.side,
    positionSide: order.positionSide,
    stopPrice: formatFixed(stopPrice, priceDigits),
    workingType: 'CONTRACT_PRICE',
    priceProtect: false,
    origType: order.origin?.type ?? order.type,
    priceMatch: 'NONE',
    selfTradePreventionMode: 'EXPIRE_MAKER',
    goodTillDate: 0,
    updateTime: order.updateTime,
  }
}

/** An order as the lists and the query tell it. */
export function toQueriedRow(order: Order, digits: Digits) {
  return { ...toOrderRow(order, digits), time: order.time }
}

export function toTradeRow(trade: Trade, { priceDigits, quantityDigits }: Digits) {
  return {
    symbol: trade.symbol,
    id: trade.id,
    orderId: trade.orderId,
    side: trade.side,
    price: formatFixed(trade.price, priceDigits),
    qty: formatFixed(trade.quantity, quantityDigits),
    realizedPnl: formatFixed(trade.realized),
    quoteQty: formatFixed(trade.value, Math.min(8, priceDigits + quantityDigits)),
    commission: formatFixed(trade.commission),
    commissionAsset: trade.asset,
    time: trade.time,
    positionSide: trade.positionSide,
    buyer: trade.side === 'BUY',
    maker: trade.maker,
  }
}

/** A conditional order; `child` is the order it made. */
export function toConditionalRow(conditional: Conditional, child: Order | undefined, digits: Digits) {
  const { priceDigits, quantityDigits } = digits
  return {
    algoId: conditional.id,
    clientAlgoId: conditional.clientId,
    algoType: 'CONDITIONAL',
    orderType: conditional.type,
    symbol: conditional.symbol,
    side: conditional.side,
    positionSide: conditional.positionSide,
    timeInForce: conditional.timeInForce,
    quantity: formatFixed(conditional.quantity, quantityDigits),
    algoStatus: conditional.status,
    actualOrderId: conditional.childId === undefined ? '' : String(conditional.childId),
    actualPrice: child === undefined ? '0.00000' : formatAverage(child, priceDigits),
    triggerPrice: formatFixed(conditional.triggerPrice, priceDigits),
    price: formatFixed(conditional.price, priceDigits),
    icebergQuantity: null,
    selfTradePreventionMode: 'EXPIRE_MAKER',
    workingType: conditional.workingType,
    priceMatch: 'NONE',
    closePosition: conditional.closePosition,
    priceProtect: conditional.priceProtect,
    reduceOnly: conditional.reduceOnly,
    createTime: conditional.time,
    updateTime: conditional.updateTime,
    triggerTime: conditional.triggerTime,
    goodTillDate: 0,
  }
}

/** The average price paid so far, one decimal more than a price has; zeros while nothing was. */
export function formatAverage(order: Order, priceDigits: number): string {
  return formatFixed(averagePrice(order), Math.min(8, Math.max(2, priceDigits + 1)))
}

export function averagePrice(order: Order): Fixed {
  return order.filled === 0n ? 0n : over(order.value, order.filled)
}

/** With at least one decimal, as entry prices come: `"59880.0"`. */
export function formatEntry(price: Fixed): string {
  const text = formatShort(price)
  return text.includes('.') ? text : `${text}.0`
}
