import { setTimeout as sleep } from 'node:timers/promises'
import { nanoid } from 'nanoid'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { LivingActor } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Leadership } from '../../lib/hub/lease.ts'
import type { JobQueue } from '../../lib/hub/queues.ts'
import { countHandouts, noteHandouts } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import { handOut, laneTitle, writeLap } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { KeptUniverse } from './keep-universe.ts'

interface Parts {
  readonly hub: Hub
  readonly queue: JobQueue<FetchJob>
  readonly leadership: Leadership
  readonly lanes: readonly Lane[]
  readonly universe: KeptUniverse
}

// Real ms. Jobs ahead of the pace wait so long at most, which bounds how old a handout is when its request leaves.
const leadMs = 100
const tickMs = 15
const awayTickMs = 500
const workersEveryMs = 500
const lapsEveryMs = 1_000

/**
 * Turns symbols into jobs, just ahead of what the fetchers' addresses let leave: handed-out jobs whose requests have
 * not left yet are held at what leaves in `leadMs`, so that the queue stays short whether there are many fetchers,
 * few or none.
 */
export function startDispatch(parts: Parts): { handedOut(): number; stop(): Promise<void> } {
  const { hub, leadership, lanes } = parts
  const laps = new Map(lanes.map((lane) => [laneTitle(lane), trackLap()]))
  let stopped = false
  let handedOut = 0
  let next = 0

  async function fill(venue: string, ahead: number): Promise<void> {
    const [unsent, waiting] = await Promise.all([countHandouts(hub, venue, Date.now()), parts.queue.getWaitingCount()])
    let room = ahead - Math.max(unsent, waiting)
    // Lanes take turns, so that none is starved by one that is listed before it.
    for (let tried = 0; room > 0 && tried < lanes.length; tried++) {
      const lane = lanes[next % lanes.length] as Lane
      const count = lanes.length === 1 ? room : 1
      const given = await dispatch(parts, lane, count, laps.get(laneTitle(lane)))
      if (given === undefined) return
      next += 1
      handedOut += given
      room -= given
      if (given > 0) tried = -1
    }
  }

  async function run(): Promise<void> {
    const venue = lanes[0]?.venue ?? ''
    let workersAt = 0
    let lapsAt = 0
    let ahead = 0
    while (!stopped) {
      let pauseMs = tickMs
      try {
        if (leadership.isLeader()) {
          const now = Date.now()
          if (now - workersAt > workersEveryMs) {
            ahead = jobsAhead(await readLivingActors(hub.redis, hub.keys), venue, now)
            workersAt = now
          }
          if (ahead > 0) await fill(venue, ahead)
          if (now - lapsAt > lapsEveryMs) {
            lapsAt = now
            for (const lane of lanes) {
              const lap = laps.get(laneTitle(lane))
              if (lap !== undefined) await writeLap(hub, lane, lap.read())
            }
          }
        }
      } catch (error) {
        hub.log.debug({ error: describeError(error) }, 'nothing was dispatched')
        pauseMs = awayTickMs
      }
      await sleep(pauseMs)
    }
  }
  const ended = run()
  return {
    handedOut: () => handedOut,
    async stop() {
      stopped = true
      await ended
    },
  }
}

/** How many symbols became jobs; undefined when this process does not lead. */
async function dispatch(parts: Parts, lane: Lane, count: number, lap: Lap | undefined): Promise<number | undefined> {
  const { hub, queue, leadership, universe } = parts
  const handout = await handOut(hub, lane, leadership.token, count)
  if (handout.outcome === 'not-leader') {
    leadership.lost()
    return undefined
  }
  if (handout.outcome === 'empty') {
    universe.refresh(`lane ${laneTitle(lane)} is empty`)
    return 0
  }
  const handedAt = Date.now()
  const jobs = handout.symbols.flatMap((symbol) => {
    lap?.note(symbol, handedAt)
    const index = universe.indexOf(symbol)
    if (index === undefined) return []
    const data: FetchJob = { symbol, index, interval: lane.interval, handedAt }
    return { name: 'kline.fetch', data, opts: { jobId: nanoid() } }
  })
  await noteHandouts(hub, lane.venue, jobs.map(({ opts }) => opts.jobId), handedAt)
  await queue.addBulk(jobs)
  return handout.symbols.length
}

/**
 * How many jobs may be ahead of their requests: for every open address with a fetcher, what leaves by it in `leadMs`,
 * and two at least, so that it never runs dry; never more than twice the slots.
 */
export function jobsAhead(actors: readonly LivingActor[], venue: string, now: number): number {
  const addresses = new Map<string, number>()
  let slots = 0
  for (const { kind, fields } of actors) {
    if (kind !== 'kline' || fields['venue'] !== venue || Number(fields['closedUntil']) > now) continue
    if (Number(fields['slots']) === 0) continue
    slots += Number(fields['slots'])
    addresses.set(fields['address'] ?? '', Number(fields['perSecond']))
  }
  let ahead = 0
  for (const perSecond of addresses.values()) ahead += Math.max(2, Math.ceil((perSecond * leadMs) / 1000))
  return Math.min(ahead, 2 * slots)
}

interface Lap {
  note(symbol: string, at: number): void
  read(): { symbols: number; lapMs: number | undefined }
}

/** Times a lap by one symbol's turns: from its last but one to its last, in real ms. */
function trackLap(): Lap {
  let turns = new Map<string, number>()
  let before = new Map<string, number>()
  let lapMs: number | undefined
  return {
    note(symbol, at) {
      const last = turns.get(symbol) ?? before.get(symbol)
      if (last !== undefined) lapMs = at - last
      // A symbol's second turn begins a lap; what left the lane is forgotten a lap later.
      if (turns.has(symbol)) {
        before = turns
        turns = new Map()
      }
      turns.set(symbol, at)
    },
    read: () => ({ symbols: Math.max(turns.size, before.size), lapMs }),
  }
}
