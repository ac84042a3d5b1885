import { Redis } from 'ioredis'
import { feedSnapshot } from '../../lua/feed-snapshot.ts'
import type { FeedSnapshot } from '../../lua/feed-snapshot.ts'
import type { Hub } from '../hub/hub.ts'
import { blockingOptions } from '../hub/redis.ts'
import { describeError } from '../model/errors.ts'
import type { Interval } from '../model/timeframe.ts'
import { feedPositionOf } from './feed-message.ts'
import type { FeedPosition } from './feed-message.ts'

/** What a reader of the feed is told; calls come one after the other, never nested. */
export interface FeedReader {
  /** awaited before the first snapshot of an epoch: what the indexes in the messages mean may have changed */
  epoch(): Promise<void>
  /** everything as it stands at one place of the feed; what was known before may have gaps */
  snapshot(snapshot: FeedSnapshot): void
  /** the next message, in order and once */
  message(message: Uint8Array): void
  /** the reader no longer knows what happens: Redis is away, or a message was missed */
  lost(reason: string): void
}

/** A reader's connection to the feed. */
export interface Feed {
  /** how often the reader had to begin anew, for whatever reason */
  resyncs(): number
  stop(): void
}

// Real ms.
const retryMs = 100
const pingEveryMs = 1_000
const silentMs = 3_000
// While a snapshot is under way; a reader that is slower than this begins anew.
const mostBuffered = 10_000

/**
 * Follows a venue's feed: subscribes, buffers, takes a snapshot, drops what is older, and then passes message after
 * message. Begins anew by itself after a gap, a new epoch, a reconnect or a silent connection.
 *
 * States: away -> (subscribed) loading -> (snapshot) live -> (gap, epoch) loading, or (connection) away.
 */
export function followFeed(
  hub: Hub,
  venue: string,
  intervals: readonly Interval[],
  reader: FeedReader,
): Feed {
  const channel = hub.keys.feed(venue)
  const subscriber = new Redis({
    ...blockingOptions(hub.endpoint, `feed ${venue}`),
    autoResubscribe: false,
    lazyConnect: true,
  })
  let state: 'away' | 'loading' | 'live' = 'away'
  let at: FeedPosition = { epoch: 0, sequence: 0 }
  let buffered: Uint8Array[] = []
  let resyncs = -1
  let stopped = false
  let heardAt = Date.now()
  let attempt = 0

  function lose(reason: string): void {
    if (state === 'live') reader.lost(reason)
    state = 'loading'
    buffered = []
    void load(++attempt, reason)
  }

  function takeSnapshot(): Promise<FeedSnapshot> {
    return feedSnapshot(hub.redis, {
      sequence: hub.keys.feedSequence(venue),
      tickers: hub.keys.tickers(venue),
      tickerPolls: hub.keys.polls(venue, 'ticker'),
      series: intervals.map((interval) => ({
        heads: hub.keys.heads(venue, interval),
        polls: hub.keys.polls(venue, interval),
      })),
    })
  }

  async function load(mine: number, reason: string): Promise<void> {
    try {
      const before = at.epoch
      const snapshot = await takeSnapshot()
      if (snapshot.epoch !== before) {
        await reader.epoch()
        at = { epoch: snapshot.epoch, sequence: 0 }
        if (mine === attempt && !stopped) void load(mine, reason)
        return
      }
      // A later loss has begun another load, whose snapshot counts.
      if (mine !== attempt || stopped) return
      at = { epoch: snapshot.epoch, sequence: snapshot.sequence }
      state = 'live'
      resyncs += 1
      hub.log.debug({ venue, reason, ...at }, 'feed joined')
      reader.snapshot(snapshot)
      const waiting = buffered
      buffered = []
      for (const message of waiting) take(message)
    } catch (error) {
      hub.log.debug({ venue, error: describeError(error) }, 'no snapshot of the feed')
      if (mine !== attempt || stopped) return
      setTimeout(() => {
        if (mine === attempt && !stopped) void load(mine, reason)
      }, retryMs)
    }
  }

  function take(message: Uint8Array): void {
    if (state !== 'live') {
      buffered.push(message)
      if (buffered.length > mostBuffered) lose('more messages than can be buffered')
      return
    }
    const next = feedPositionOf(message)
    if (next.epoch === at.epoch && next.sequence <= at.sequence) return
    if (next.epoch !== at.epoch) return lose(`epoch ${next.epoch} after ${at.epoch}`)
    if (next.sequence !== at.sequence + 1) return lose(`message ${next.sequence} after ${at.sequence}`)
    at = next
    reader.message(message)
  }

  subscriber.on('messageBuffer', (_channel: Buffer, message: Buffer) => {
    heardAt = Date.now()
    take(message)
  })
  subscriber.on('ready', () => {
    heardAt = Date.now()
    subscriber.subscribe(channel).then(
      () => lose('connected'),
      (error: unknown) => hub.log.warn({ error: describeError(error) }, 'the feed was not subscribed'),
    )
  })
  subscriber.on('close', () => {
    if (state === 'live' && !stopped) reader.lost('the connection to the feed is gone')
    state = 'away'
    attempt += 1
  })
  subscriber.on('error', () => {})
  subscriber.connect().catch(() => {})

  // A half-open connection looks like a quiet market; a ping tells them apart.
  const watch = setInterval(() => {
    if (subscriber.status !== 'ready') return
    if (Date.now() - heardAt > silentMs) return subscriber.disconnect(true)
    subscriber.ping().then(
      () => (heardAt = Date.now()),
      () => {},
    )
  }, pingEveryMs)

  return {
    resyncs: () => Math.max(0, resyncs),
    stop() {
      stopped = true
      clearInterval(watch)
      subscriber.disconnect()
    },
  }
}
