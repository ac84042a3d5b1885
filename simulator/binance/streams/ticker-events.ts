import type { Listing } from '../../core/listing.ts'
import { readPremium } from '../../core/premium.ts'
import { toDayTicker } from '../tickers.ts'
import type { Event } from '../../streams/message.ts'

/** Mark, index and funding of a symbol; undefined before its first candle. */
export function toMarkEvent(listing: Listing, now: number): Event | undefined {
  const premium = readPremium(listing, now)
  if (premium === undefined) return undefined
  const isFunded = listing.contract !== 'CURRENT_QUARTER'
  return {
    e: 'markPriceUpdate',
    E: premium.time,
    s: listing.symbol,
    p: premium.markPrice.toFixed(8),
    ap: premium.markPrice.toFixed(8),
    P: premium.indexPrice.toFixed(8),
    i: premium.indexPrice.toFixed(8),
    r: isFunded ? premium.lastFundingRate.toFixed(8) : '',
    T: isFunded ? premium.nextFundingTime : 0,
    st: 1,
  }
}

/** Undefined when nothing was traded for a day. */
export function toMiniTickerEvent(listing: Listing, now: number): Event | undefined {
  const day = toDayTicker(listing, now)
  if (day.count === 0) return undefined
  return {
    e: '24hrMiniTicker',
    E: now,
    s: listing.symbol,
    c: day.lastPrice,
    o: day.openPrice,
    h: day.highPrice,
    l: day.lowPrice,
    v: day.volume,
    q: day.quoteVolume,
  }
}

export function toTickerEvent(listing: Listing, now: number): Event | undefined {
  const day = toDayTicker(listing, now)
  if (day.count === 0) return undefined
  return {
    e: '24hrTicker',
    E: now,
    s: listing.symbol,
    p: day.priceChange,
    P: day.priceChangePercent,
    w: day.weightedAvgPrice,
    c: day.lastPrice,
    Q: day.lastQty,
    o: day.openPrice,
    h: day.highPrice,
    l: day.lowPrice,
    v: day.volume,
    q: day.quoteVolume,
    O: day.openTime,
    C: day.closeTime,
    F: day.firstId,
    L: day.lastId,
    n: day.count,
  }
}
