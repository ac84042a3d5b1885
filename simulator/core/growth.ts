import { MINUTE_MS, type MinuteCandle } from './candle.ts'
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
export const SETTLED_MS = 100
/** average value of one trade, in the quote asset */
const TRADE_VALUE = 500

/**
 * The candle `elapsedMs` after its open, grown towards `final`, into `into`. `lotValue` is one lot at one tick, in
 * the quote asset.
 *
 * The price walks in three straight legs: open to one extreme, to the other, to the close. Everything is a function
 * of the lots traded so far, so that nothing moves without volume, the high never falls, the low never rises, the
 * volumes never fall, and the average price paid stays between low and high.
 */
export function growCandle(
  final: MinuteCandle,
  seed: number,
  elapsedMs: number,
  lotValue: number,
  into: GrownCandle,
): void {
  const walk = toWalk(final, seed)
  const { volume } = final
  const lots = Math.min(volume, Math.ceil(volume * shareAt(walk, elapsedMs / (MINUTE_MS - SETTLED_MS))))
  const share = volume === 0 ? 1 : lots / volume
  const price = priceAt(walk, share)
  into.open = final.open
  into.close = price
  into.high = Math.max(
    final.open,
    price,
    share >= walk.share1 ? walk.first : 0,
    share >= walk.share2 ? walk.second : 0,
  )
  into.low = Math.min(
    final.open,
    price,
    share >= walk.share1 ? walk.first : price,
    share >= walk.share2 ? walk.second : price,
  )
  into.volume = lots
  into.quoteVolume = volume * lotValue * paidUpTo(walk, share)
  into.trades =
    lots === 0
      ? 0
      : Math.max(1, Math.round(share * countTrades(volume, volume * lotValue * paidUpTo(walk, 1))))
  into.takerVolume = Math.floor(lots * walk.takerShare)
  // As if takers had paid the first prices of the way: a share of quoteVolume could fall while the price does.
  into.takerQuoteVolume = lots === 0 ? 0 : volume * lotValue * paidUpTo(walk, into.takerVolume / volume)
}

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

/** The way through a minute: two turning points, placed by their shares of the minute's time and of its volume. */
export interface Walk {
  readonly open: number
  readonly first: number
  readonly second: number
  readonly close: number
  readonly time1: number
  readonly time2: number
  readonly share1: number
  readonly share2: number
  readonly takerShare: number
}

export function toWalk(final: MinuteCandle, seed: number): Walk {
  const dice = hash(seed, final.key)
  const risesFirst = (dice & 1) === 1
  const time1 = 0.1 + ((dice >>> 1) & 127) / 363
  const share1 = 0.1 + ((dice >>> 15) & 127) / 363
  return {
    open: final.open,
    first: risesFirst ? final.high : final.low,
    second: risesFirst ? final.low : final.high,
    close: final.close,
    time1,
    time2: time1 + 0.1 + ((dice >>> 8) & 127) / 363,
    share1,
    share2: share1 + 0.1 + ((dice >>> 22) & 127) / 363,
    takerShare: 0.3 + (dice >>> 29) / 17.5,
  }
}

/** Share of the volume traded after a share of the time. */
export function shareAt(walk: Walk, timeShare: number): number {
  const { time1, time2, share1, share2 } = walk
  if (timeShare >= 1) return 1
  if (timeShare >= time2) return share2 + ((timeShare - time2) / (1 - time2)) * (1 - share2)
  if (timeShare >= time1) return share1 + ((timeShare - time1) / (time2 - time1)) * (share2 - share1)
  return (Math.max(0, timeShare) / time1) * share1
}

function priceAt(walk: Walk, share: number): number {
  const { open, first, second, close, share1, share2 } = walk
  if (share >= 1) return close
  if (share < share1) return between(open, first, share / share1)
  if (share < share2) return between(first, second, (share - share1) / (share2 - share1))
  return between(second, close, (share - share2) / (1 - share2))
}

/** Rounded on, never back, so that high and low enclose every price that was counted into the quote volume. */
function between(from: number, to: number, share: number): number {
  const price = from + (to - from) * share
  return to > from ? Math.ceil(price) : Math.floor(price)
}

/** The price integrated over the share of the volume traded so far: up to 1 it is the average price. */
function paidUpTo(walk: Walk, share: number): number {
  const { open, first, second, close, share1, share2 } = walk
  if (share < share1) return legPaid(open, first, share1, share)
  const paid1 = legPaid(open, first, share1, share1)
  if (share < share2) return paid1 + legPaid(first, second, share2 - share1, share - share1)
  const paid2 = paid1 + legPaid(first, second, share2 - share1, share2 - share1)
  return paid2 + legPaid(second, close, 1 - share2, share - share2)
}

function legPaid(from: number, to: number, length: number, walked: number): number {
  return (from + ((to - from) * walked) / length / 2) * walked
}

function countTrades(volume: number, value: number): number {
  return Math.max(1, Math.min(volume, Math.floor(value / TRADE_VALUE)))
}
