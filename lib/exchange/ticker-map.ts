import { toDecimal } from '../model/decimal.ts'
import type { Ticker } from '../model/ticker.ts'
import type { Raw } from './raw.ts'
import type { Venue } from './venue.ts'

/** The parts of ccxt's ticker structure that are used, with text for numbers. */
export interface CcxtTicker {
  readonly timestamp?: number
  readonly bid?: string | number
  readonly bidVolume?: string | number
  readonly ask?: string | number
  readonly askVolume?: string | number
  readonly info: Raw
}

/** ccxt's ticker as ours; undefined where a side or the time is absent: half a quote is no quote. */
export function toTicker(told: CcxtTicker, venue: Venue): Ticker | undefined {
  const bid = toDecimal(told.bid)
  const ask = toDecimal(told.ask)
  const bidSize = toDecimal(told.bidVolume)
  const askSize = toDecimal(told.askVolume)
  const time = told.timestamp
  if (
    bid === undefined ||
    ask === undefined ||
    bidSize === undefined ||
    askSize === undefined ||
    time === undefined
  )
    return undefined
  if (bid === '0' || ask === '0') return undefined
  return { bid, bidSize, ask, askSize, time, updateId: venue.tickerUpdateId(told.info) }
}
