import { cursorAdvance } from '../../lua/cursor-advance.ts'
import type { Handout } from '../../lua/cursor-advance.ts'
import { laneWrite } from '../../lua/lane-write.ts'
import type { Hub } from '../hub/hub.ts'
import type { Interval } from '../model/timeframe.ts'
import type { LaneKind } from './lane-plan.ts'

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

/** How a lane runs, as its leader tells. */
export interface LaneLap {
  readonly lane: Lane
  readonly kind: LaneKind
  readonly symbols: number
  /** real ms that the last lap took; undefined until one is over */
  readonly lapMs: number | undefined
  /** real ms that a lap takes at best on average; undefined while nothing can leave */
  readonly boundMs: number | undefined
}

/** Records how a venue's lanes run; lanes that are not among them are told of no more. */
export async function writeLaps(hub: Hub, venue: string, laps: readonly LaneLap[]): Promise<void> {
  const key = hub.keys.laps(venue)
  const titles = new Set(laps.map(({ lane }) => laneTitle(lane)))
  const gone = (await hub.redis.hkeys(key)).filter((title) => !titles.has(title))
  if (gone.length > 0) await hub.redis.hdel(key, ...gone)
  const at = Date.now()
  const fields = laps.flatMap(({ lane, ...lap }) => {
    const record = { interval: lane.interval, lane: lane.name, ...lap, at }
    return [laneTitle(lane), JSON.stringify(record)]
  })
  if (fields.length > 0) await hub.redis.hset(key, ...fields)
}

/** How many symbols each of some lanes has. */
export function readLengths(hub: Hub, lanes: readonly Lane[]): Promise<number[]> {
  return Promise.all(lanes.map((lane) => hub.redis.llen(keysOf(hub, lane).lane)))
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
