import type { Hub } from '../hub/hub.ts'
import { queueName } from '../hub/queues.ts'
import type { Interval } from '../model/timeframe.ts'

/** `kline.fetch`: poll one symbol of a lane. */
export interface FetchJob {
  readonly symbol: string
  readonly index: number
  readonly interval: Interval
  /** how many candles; absent: as many as the fetcher's settings say */
  readonly candles?: number
  /** real ms at which the cursor handed it out */
  readonly handedAt: number
}

/** What a `kline.fetch` job gives back; real ms. */
export interface FetchResult {
  readonly handedAt: number
  readonly startedAt: number
  readonly leftAt: number
}

/** `kline.backfill`: fill the history of one symbol. */
export interface BackfillJob {
  readonly symbol: string
  readonly interval: Interval
  /** how many candles */
  readonly candles: number
  /** open time of the last of them; absent: now */
  readonly until?: number
}

/** The queue of polls. */
export function fetchQueue(venue: string): string {
  return queueName('kline', venue)
}

/** The queue of backfills, which has slots of its own so that polls cannot starve it. */
export function backfillQueue(venue: string): string {
  return queueName('backfill', venue)
}

// A job that was lost with its process must not count for ever as one whose request is still to leave.
const forgottenAfterMs = 2_000

/** Notes jobs that were handed out and whose requests have not left; real ms. */
export async function noteHandouts(
  hub: Hub,
  venue: string,
  jobIds: readonly string[],
  now: number,
): Promise<void> {
  if (jobIds.length === 0) return
  const key = hub.keys.handouts(venue)
  await Promise.all([
    hub.redis.zadd(key, ...jobIds.flatMap((id) => [now, id])),
    hub.redis.zremrangebyscore(key, 0, now - forgottenAfterMs),
  ])
}

/** Takes a job off the note, as its request leaves or never will. */
export async function noteLeft(hub: Hub, venue: string, jobId: string): Promise<void> {
  await hub.redis.zrem(hub.keys.handouts(venue), jobId)
}

/** How many jobs were handed out of late and have not left. */
export async function countHandouts(hub: Hub, venue: string, now: number): Promise<number> {
  return hub.redis.zcount(hub.keys.handouts(venue), now - forgottenAfterMs, '+inf')
}
