import type { Clock } from '../../core/clock.ts'
import { intervals } from '../../core/intervals.ts'
import type { Listing } from '../../core/listing.ts'
import type { Market } from '../../core/market.ts'
import { toBookFeed, toBookTickerEvent, toPartialBookFeed } from './book-feeds.ts'
import type { Category } from './connection.ts'
import { everySoOften, type Feed } from './feed.ts'
import { toKlineFeed } from './kline-feed.ts'
import type { Event, Message } from '../../streams/message.ts'
import { toMarkEvent, toMiniTickerEvent, toTickerEvent } from './ticker-events.ts'
import { toTradeFeed } from './trade-feed.ts'

type ToEvent = (listing: Listing, now: number) => Event | undefined

/** One market stream that somebody may subscribe to. */
export interface OpenFeed {
  readonly category: Category
  /** kind of its messages: `kline` */
  readonly kind: string
  readonly feed: Feed
}

const ALL_BOOKS_MS = 5000

/** The stream of this name; undefined for one that the simulator does not have, which then stays silent. */
export function openFeed(stream: string, market: Market, clock: Clock): OpenFeed | undefined {
  const gather = (toEvent: ToEvent, now: number) =>
    [...market.listings.values()].flatMap((listing) => {
      const event = toEvent(listing, now)
      return event === undefined ? [] : [event]
    })
  switch (stream) {
    case '!bookTicker': {
      const toEvent: ToEvent = (listing, now) => toBookTickerEvent(listing, now, clock)
      return toOpen(
        'public',
        'bookTicker',
        everySoOften(ALL_BOOKS_MS, (now) => gather(toEvent, now)),
      )
    }
    case '!markPrice@arr':
    case '!markPrice@arr@1s': {
      const spanMs = stream.endsWith('1s') ? 1000 : 3000
      return toOpen(
        'market',
        'markPriceUpdate',
        everySoOften(spanMs, (now) => [gather(toMarkEvent, now)]),
      )
    }
    case '!miniTicker@arr':
      return toOpen(
        'market',
        '24hrMiniTicker',
        everySoOften(1000, (now) => [gather(toMiniTickerEvent, now)]),
      )
    case '!ticker@arr':
      return toOpen(
        'market',
        '24hrTicker',
        everySoOften(1000, (now) => [gather(toTickerEvent, now)]),
      )
  }
  const [symbol = '', kind = '', speed = ''] = stream.split('@')
  if (!market.listings.has(symbol.toUpperCase())) return undefined
  const find = () => market.listings.get(symbol.toUpperCase())
  const every = (spanMs: number, toEvent: ToEvent) =>
    everySoOften(spanMs, (now) => {
      const listing = find()
      const event = listing && toEvent(listing, now)
      return event === undefined ? [] : [event]
    })
  if (kind.startsWith('kline_')) {
    const interval = kind.slice('kline_'.length)
    const intervalMs = Object.hasOwn(intervals, interval) ? intervals[interval] : undefined
    if (intervalMs === undefined) return undefined
    return toOpen('market', 'kline', toKlineFeed(find, interval, intervalMs))
  }
  switch (kind) {
    case 'bookTicker':
      return toOpen('public', kind, toBookFeed(find, clock))
    case 'depth5':
    case 'depth10':
    case 'depth20':
      return toOpen('public', 'depthUpdate', toPartialBookFeed(find, clock, Number(kind.slice(5))))
    case 'trade':
      return toOpen('public', kind, toTradeFeed(find, 'trade'))
    case 'aggTrade':
      return toOpen('market', kind, toTradeFeed(find, 'aggTrade'))
    case 'markPrice':
      return toOpen('market', 'markPriceUpdate', every(speed === '1s' ? 1000 : 3000, toMarkEvent))
    case 'miniTicker':
      return toOpen('market', '24hrMiniTicker', every(1000, toMiniTickerEvent))
    case 'ticker':
      return toOpen('market', '24hrTicker', every(1000, toTickerEvent))
  }
  return undefined
}

export function toMessage({ category, kind }: OpenFeed, stream: string, event: Message['event']): Message {
  return { place: `stream/${category}/${kind}`, stream, event }
}

function toOpen(category: Category, kind: string, feed: Feed): OpenFeed {
  return { category, kind, feed }
}
