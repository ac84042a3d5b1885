import type { MinuteCandle } from './candle.ts'
import { hash } from './random.ts'

/** A candle as it stands at some moment. Prices in ticks, volumes in lots, quote volumes in the quote asset. */
export interface GrownCandle {
  open: number
  high: number
  low: number
  close: number
  volume: number
  quoteVolume: number
  trades: number
  takerVolume: number
  takerQuoteVolume: number
}

/** ms before the end of a minute at which its candle has reached its final values */
const SETTLED_MS = 100
/** average value of one trade, in the quote asset */
const TRADE_VALUE = 500

export function emptyGrown(): GrownCandle {
  return {
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
    quoteVolume: 0,
    trades: 0,
    takerVolume: 0,
    takerQuoteVolume: 0,
  }
}

/**
 * The candle `elapsedMs` after its open, grown towards `final`, into `into`. `lotValue` is one lot at one tick, in
 * the quote asset.
 *
 * The price walks in three straight legs, open to one extreme, to the other, to the close. Everything is a
 * function of the lots traded so far, so that nothing moves without volume, the high never falls, the low never
 * rises, the volumes never fall, and the average price stays between low and high.
 */
export function growCandle(
  final: MinuteCandle,
  seed: number,
  elapsedMs: number,
  lotValue: number,
  into: GrownCandle,
): void {
  const { open, high, low, close, volume } = final
  const dice = hash(seed, final.key)
  const first = (dice & 1) === 1 ? high : low
  const second = (dice & 1) === 1 ? low : high
  // Two turning points, as shares of the time and of the volume.
  const time1 = 0.1 + ((dice >>> 1) & 127) / 363
  const time2 = time1 + 0.1 + ((dice >>> 8) & 127) / 363
  const share1 = 0.1 + ((dice >>> 15) & 127) / 363
  const share2 = share1 + 0.1 + ((dice >>> 22) & 127) / 363

  const lots = Math.min(volume, Math.ceil(volume * volumeShare(elapsedMs / (60_000 - SETTLED_MS))))
  const share = volume === 0 ? 0 : lots / volume
  into.open = open
  if (share >= 1 || volume === 0) {
    into.high = high
    into.low = low
    into.close = close
  } else {
    const price =
      share < share1
        ? between(open, first, share / share1)
        : share < share2
          ? between(first, second, (share - share1) / (share2 - share1))
          : between(second, close, (share - share2) / (1 - share2))
    into.close = price
    into.high = Math.max(open, price, share >= share1 ? first : 0, share >= share2 ? second : 0)
    into.low = Math.min(open, price, share >= share1 ? first : open, share >= share2 ? second : open)
  }
  const paid = leg(open, first, 0, share1) + leg(first, second, share1, share2) + leg(second, close, share2, 1)
  const wholeValue = volume * lotValue * (((open + first) / 2) * share1 + middle() + last())
  into.volume = lots
  into.quoteVolume = volume * lotValue * paid
  into.trades = lots === 0 ? 0 : Math.max(1, Math.round(share * tradeCount(volume, wholeValue)))
  const taker = 0.3 + ((dice >>> 28) & 15) / 37.5
  into.takerVolume = Math.floor(lots * taker)
  into.takerQuoteVolume = lots === 0 ? 0 : (into.quoteVolume * into.takerVolume) / lots

  function volumeShare(timeShare: number): number {
    if (timeShare >= 1) return 1
    if (timeShare >= time2) return share2 + ((timeShare - time2) / (1 - time2)) * (1 - share2)
    if (timeShare >= time1) return share1 + ((timeShare - time1) / (time2 - time1)) * (share2 - share1)
    return (Math.max(0, timeShare) / time1) * share1
  }

  /** The part of a leg from `from` to `to` that has been traded: share of the volume times its mean price. */
  function leg(start: number, end: number, from: number, to: number): number {
    const reached = Math.min(share, to)
    if (reached <= from) return 0
    const price = start + ((end - start) * (reached - from)) / (to - from)
    return ((start + price) / 2) * (reached - from)
  }

  function middle(): number {
    return ((first + second) / 2) * (share2 - share1)
  }

  function last(): number {
    return ((second + close) / 2) * (1 - share2)
  }
}

function between(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share)
}

function tradeCount(volume: number, value: number): number {
  return Math.max(1, Math.min(volume, Math.floor(value / TRADE_VALUE)))
}
