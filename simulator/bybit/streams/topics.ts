import type { Clock } from '../../core/clock.ts'
import type { Listing } from '../../core/listing.ts'
import type { Symbols } from '../symbols.ts'
import { toBookFeed } from './book-feed.ts'
import type { Feed } from './feed.ts'
import { toKlineFeed } from './kline-feed.ts'
import { toTickerFeed } from './ticker-feed.ts'
import { toTradeFeed } from './trade-feed.ts'

export interface Topic {
  /** `kline`, `tickers` and the like */
  readonly kind: string
  readonly feed: Feed
}

/** The feed of `kline.1.BTCUSDT`, `tickers.BTCUSDT`, `orderbook.1.BTCUSDT` or `publicTrade.BTCUSDT`; undefined when there is none. */
export function openTopic(topic: string, symbols: Symbols, clock: Clock): Topic | undefined {
  const parts = topic.split('.')
  const [kind = '', argument = ''] = parts
  const symbol = parts.slice(kind === 'kline' || kind === 'orderbook' ? 2 : 1).join('.')
  if (!symbols.all().has(symbol)) return undefined
  const find = (): Listing | undefined => symbols.all().get(symbol)
  const feed = openFeed(kind, argument, find, clock)
  return feed === undefined ? undefined : { kind, feed }
}

function openFeed(
  kind: string,
  argument: string,
  find: () => Listing | undefined,
  clock: Clock,
): Feed | undefined {
  if (kind === 'kline') return toKlineFeed(find, argument)
  if (kind === 'tickers') return toTickerFeed(find, clock)
  if (kind === 'publicTrade') return toTradeFeed(find)
  return kind === 'orderbook' && argument === '1' ? toBookFeed(find, clock) : undefined
}
