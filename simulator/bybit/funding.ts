import { MINUTE_MS } from '../core/candle.ts'
import { readPremium } from '../core/premium.ts'
import { checkCategory, readInteger, readLimit, readSymbol } from './parameters.ts'
import { BybitError, invalidParameter } from './bybit-error.ts'
import { toSymbol, type Symbols } from './symbols.ts'

const FUNDING_MS = 8 * 3_600_000
const MOST = 200

/** The result of GET /v5/market/funding/history: rates as settled, newest first. */
export function toFundingHistory(query: URLSearchParams, symbols: Symbols, now: number) {
  checkCategory(query)
  const listing = readSymbol(query, symbols)
  if (listing.contract === 'CURRENT_QUARTER') throw invalidParameter('symbol')
  const limit = readLimit(query, MOST, MOST)
  const start = readInteger(query, 'startTime')
  const end = readInteger(query, 'endTime')
  if (start !== undefined && end === undefined) {
    throw new BybitError(10001, 'params error: endTime is needed with startTime')
  }
  const first = Math.max(start ?? 0, listing.source.firstMinute * MINUTE_MS, listing.onboardTime)
  const list: { symbol: string; fundingRate: string; fundingRateTimestamp: string }[] = []
  let time = Math.floor(Math.min(end ?? now, now) / FUNDING_MS) * FUNDING_MS
  for (; time >= first && list.length < limit; time -= FUNDING_MS) {
    const rate = readPremium(listing, time - 1)?.lastFundingRate
    if (rate === undefined) break
    list.push({
      symbol: toSymbol(listing),
      fundingRate: rate.toFixed(8),
      fundingRateTimestamp: String(time),
    })
  }
  return { category: 'linear', list }
}
