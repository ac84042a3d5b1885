import type { CandleRings } from '../market/candle-rings.ts'
import type { Decimal } from '../model/decimal.ts'
import { add, sub } from '../model/decimal.ts'
import type { Side } from '../model/order.ts'

/**
 * The candle in which an order came to be watched, as it stood then: what it holds happened before, or may
 * have.
 */
export interface WatchedFrom {
  readonly openTime: number
  readonly low: number
  readonly high: number
  readonly volume: number
}

/**
 * The candle to count from, once the symbol was polled after the order was in the book; undefined before. A
 * candle that opened after it needs no such mark: all of it counts.
 */
export function watchFrom(rings: CandleRings, slot: number, activeAt: number): WatchedFrom | undefined {
  const at = rings.at(slot)
  if (at < 0 || (rings.polledAt[slot] as number) < activeAt) return undefined
  return {
    openTime: rings.openTime[at] as number,
    low: rings.low[at] as number,
    high: rings.high[at] as number,
    volume: rings.volume[at] as number,
  }
}

/**
 * Base units that traded in candles which went through a resting order's price by a tick, since it is in the
 * book: all of a candle that opened later, and of the watched one what came after, if it made a new extreme.
 */
export function volumeThrough(
  rings: CandleRings,
  slot: number,
  order: { side: Side; price: Decimal; tickSize: Decimal; activeAt: number },
  watched: WatchedFrom | undefined,
): number {
  const buys = order.side === 'buy'
  const limit = Number(buys ? sub(order.price, order.tickSize) : add(order.price, order.tickSize))
  const extremes = buys ? rings.low : rings.high
  let volume = 0
  for (let back = 0, at = rings.at(slot); at >= 0; at = rings.at(slot, ++back)) {
    const openTime = rings.openTime[at] as number
    const extreme = extremes[at] as number
    const isThrough = buys ? extreme <= limit : extreme >= limit
    if (openTime >= order.activeAt) {
      if (isThrough) volume += rings.volume[at] as number
      continue
    }
    if (watched?.openTime !== openTime) break
    const isNew = buys ? extreme < watched.low : extreme > watched.high
    if (isThrough && isNew) volume += Math.max(0, (rings.volume[at] as number) - watched.volume)
  }
  return volume
}
