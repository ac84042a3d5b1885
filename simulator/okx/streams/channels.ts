import type { Clock } from '../../core/clock.ts'
import { readBar } from '../candles.ts'
import type { Instrument, Instruments } from '../instruments.ts'
import { toFundingRate, toMarkPrice } from '../tickers.ts'
import type { Argument } from './argument.ts'
import { toBookFeed } from './book-feed.ts'
import { toCandleFeed } from './candle-feed.ts'
import type { Feed } from './feed.ts'
import { toRowFeed, toTickerFeed } from './row-feed.ts'
import { toTradeFeed } from './trade-feed.ts'

type Find = () => Instrument | undefined

export const PUBLIC_PATH = '/ws/v5/public'
export const BUSINESS_PATH = '/ws/v5/business'
const MARK_MS = 200
const FUNDING_MS = 60_000

const feeds: Readonly<Record<string, (find: Find, clock: Clock) => Feed>> = {
  tickers: toTickerFeed,
  'bbo-tbt': (find, clock) => toBookFeed(find, clock, 1),
  books5: (find, clock) => toBookFeed(find, clock, 5),
  trades: toTradeFeed,
  'mark-price': (find) => toRowFeed(find, toMarkPrice, MARK_MS),
  'funding-rate': (find) => toRowFeed(find, toFundingRate, FUNDING_MS),
}

/** The feed of a market channel where it is told; undefined when there is none there. */
export function openFeed(
  path: string,
  { channel = '', instId = '' }: Argument,
  instruments: Instruments,
  clock: Clock,
): Feed | undefined {
  if (instruments.find(instId) === undefined) return undefined
  const find = (): Instrument | undefined => instruments.find(instId)
  if (path === BUSINESS_PATH) {
    const bar = channel.startsWith('candle') ? readBar(channel.slice('candle'.length)) : undefined
    return bar === undefined ? undefined : toCandleFeed(find, bar)
  }
  if (path !== PUBLIC_PATH || !Object.hasOwn(feeds, channel)) return undefined
  return feeds[channel]!(find, clock)
}
