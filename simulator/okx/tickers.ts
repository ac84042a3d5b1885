import { readBook, readBookTop, type Level } from '../core/book.ts'
import { MINUTE_MS } from '../core/candle.ts'
import type { Clock } from '../core/clock.ts'
import { readPremium } from '../core/premium.ts'
import { readDayStats, readPrice } from '../core/prices.ts'
import { formatBase, formatContracts, formatPrice, type Instrument } from './instruments.ts'

const DAY_MS = 86_400_000
const FUNDING_MS = 8 * 3_600_000
const HONG_KONG_MS = 8 * 3_600_000

/** A row of GET /market/tickers and of the tickers channel; empty prices before the first trade. */
export function toTicker(instrument: Instrument, clock: Clock): object {
  const now = clock.now()
  const { listing, instId, type } = instrument
  const top = readBookTop(listing, now, clock.offsetMs)
  const day = readDayStats(listing, now)
  const price = (ticks: number | undefined) => (ticks === undefined ? '' : formatPrice(instrument, ticks))
  const size = (lots: number | undefined) => (lots === undefined ? '' : formatContracts(instrument, lots))
  const lastLots =
    day === undefined || day.trades === 0 ? 0 : Math.max(1, Math.round(day.volume / day.trades))
  const at = (time: number) => price(readPrice(listing, time)?.price)
  return {
    instType: type,
    instId,
    last: at(now),
    lastSz: size(lastLots),
    askPx: price(top?.ask[0]),
    askSz: size(top?.ask[1]),
    bidPx: price(top?.bid[0]),
    bidSz: size(top?.bid[1]),
    open24h: price(day?.open),
    high24h: price(day?.high),
    low24h: price(day?.low),
    sodUtc0: at(dayStart(now, 0)),
    sodUtc8: at(dayStart(now, HONG_KONG_MS)),
    volCcy24h: formatBase(instrument, day?.volume ?? 0),
    vol24h: formatContracts(instrument, day?.volume ?? 0),
    ts: String(top?.time ?? now),
  }
}

function dayStart(now: number, aheadMs: number): number {
  return Math.floor((now + aheadMs) / DAY_MS) * DAY_MS - aheadMs
}

/** The answer of GET /market/books and, with one level, a message of bbo-tbt. */
export function toBook(instrument: Instrument, levels: number, clock: Clock): object {
  const now = clock.now()
  const book = readBook(instrument.listing, levels, now, clock.offsetMs)
  const level = ([price, lots]: Level) => [
    formatPrice(instrument, price),
    formatContracts(instrument, lots),
    '0',
    String(1 + (lots % 7)),
  ]
  return {
    asks: (book?.asks ?? []).map(level),
    bids: (book?.bids ?? []).map(level),
    ts: String(book?.time ?? now),
    seqId: book?.updateId ?? 0,
  }
}

/** A row of GET /public/mark-price; undefined before the first trade. */
export function toMarkPrice(instrument: Instrument, now: number): object | undefined {
  const premium = readPremium(instrument.listing, now)
  if (premium === undefined) return undefined
  const { instId, type, listing } = instrument
  return {
    instId,
    instType: type,
    markPx: premium.markPrice.toFixed(listing.priceDigits),
    ts: String(premium.time),
  }
}

/** A row of GET /public/funding-rate: the rate in the making and when it is paid. */
export function toFundingRate({ instId, listing, type }: Instrument, now: number): object | undefined {
  const premium = readPremium(listing, now)
  if (premium === undefined) return undefined
  const rate = premium.lastFundingRate.toFixed(10)
  return {
    formulaType: 'noRate',
    fundingRate: rate,
    fundingTime: String(premium.nextFundingTime),
    impactValue: '20000',
    instId,
    instType: type,
    interestRate: premium.interestRate.toFixed(10),
    maxFundingRate: '0.00375',
    method: 'current_period',
    minFundingRate: '-0.00375',
    nextFundingRate: '',
    nextFundingTime: String(premium.nextFundingTime + FUNDING_MS),
    premium: (premium.markPrice / premium.indexPrice - 1).toFixed(10),
    prevFundingTime: String(premium.nextFundingTime - FUNDING_MS),
    settFundingRate: rate,
    settState: 'settled',
    ts: String(Math.floor(now / MINUTE_MS) * MINUTE_MS),
  }
}
