import { cursorAdvance } from '../../lua/cursor-advance.ts'
import type { Handout } from '../../lua/cursor-advance.ts'
import { laneWrite } from '../../lua/lane-write.ts'
import type { Hub } from '../hub/hub.ts'
import type { Interval } from '../model/timeframe.ts'

/** A list of symbols that are asked for in turn. */
export interface Lane {
  readonly venue: string
  readonly interval: Interval
  readonly name: string
}

/** `1m:all` */
export function laneTitle(lane: Lane): string {
  return `${lane.interval}:${lane.name}`
}

/**
 * Makes a lane hold these symbols without anybody missing a turn; undefined when `token` does not hold the lease.
 */
export function writeLane(
  hub: Hub,
  lane: Lane,
  token: string,
  symbols: readonly string[],
): Promise<{ added: number; removed: number } | undefined> {
  return laneWrite(hub.redis, keysOf(hub, lane), { token, symbols })
}

/** The next symbols of a lane, `count` at most, for the leader that holds the lease with `token`. */
export function handOut(hub: Hub, lane: Lane, token: string, count: number): Promise<Handout> {
  return cursorAdvance(hub.redis, keysOf(hub, lane), { token, count })
}

/** The symbols of a lane, in order. */
export function readLane(hub: Hub, lane: Lane): Promise<string[]> {
  return hub.redis.lrange(keysOf(hub, lane).lane, 0, -1)
}

/** Records how long the lane's last lap took, in real ms. */
export async function writeLap(hub: Hub, lane: Lane, lap: { symbols: number; lapMs: number | undefined }): Promise<void> {
  const { interval, name } = lane
  const text = JSON.stringify({ interval, lane: name, ...lap, at: Date.now() })
  await hub.redis.hset(hub.keys.laps(lane.venue), laneTitle(lane), text)
}

/** The key of the lease whose holder dispatches a venue's lanes. */
export function cursorLease(hub: Hub, venue: string): string {
  return hub.keys.lease(venue, 'symbol-cursor')
}

function keysOf(hub: Hub, { venue, interval, name }: Lane): { lease: string; lane: string; cursor: string } {
  return {
    lease: cursorLease(hub, venue),
    lane: hub.keys.lane(venue, interval, name),
    cursor: hub.keys.cursor(venue, interval, name),
  }
}
