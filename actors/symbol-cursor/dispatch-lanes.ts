import { setTimeout as sleep } from 'node:timers/promises'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { countHandouts } from '../../lib/market/kline-jobs.ts'
import { toLaneBounds } from '../../lib/market/lane-bounds.ts'
import { toFetchPace, toLookEveryMs } from '../../lib/market/lane-pace.ts'
import { planTurns, startPlan, toLongShare } from '../../lib/market/lane-plan.ts'
import { laneTitle, readLengths, writeLaps } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { describeError } from '../../lib/model/errors.ts'
import { settledAfterMs } from '../../lib/model/kline.ts'
import { addJobs } from './add-jobs.ts'
import type { DispatchParts } from './add-jobs.ts'
import { trackLap } from './track-lap.ts'
import type { Lap } from './track-lap.ts'

/** Lanes being handed out. */
export interface Dispatch {
  handedOut(): number
  /** begins anew, with a full round of every lane, as one who has just taken the lead */
  restart(): void
  stop(): Promise<void>
}

// Real ms. Jobs ahead of the pace wait so long at most, which bounds how old a handout is when its request leaves.
const leadMs = 100
const awayTickMs = 500
const actorsEveryMs = 500
const lengthsEveryMs = 500
const lengthsSoonerMs = 50
const lapsEveryMs = 1_000
// Market ms beyond the moment at which a candle is final: the fetcher's clock is not quite this one's.
const marginMs = 500

/**
 * Turns symbols into jobs, just ahead of what the fetchers' addresses let leave: handed-out jobs whose requests have
 * not left yet are held at what leaves in `leadMs`, so that the queue stays short whether there are many fetchers,
 * few or none.
 */
export function startDispatch(parts: DispatchParts): Dispatch {
  const { hub, venue, leadership, lanes, universe } = parts
  const { hotShare, rate } = hub.config
  let laps: Lap[] = lanes.map(trackLap)
  let plan = startPlan(lanes)
  let lengths = lanes.map(() => 0)
  let pace = { perSecond: 0, ahead: 0 }
  let stopped = false
  let handedOut = 0

  function restart(): void {
    plan = startPlan(lanes)
    laps = lanes.map(trackLap)
  }

  async function look(): Promise<void> {
    const now = await readLengths(hub, lanes)
    const vanished = lanes.findIndex(
      ({ kind }, at) => kind !== 'hot' && now[at] === 0 && (lengths[at] ?? 0) > 0,
    )
    lengths = now
    if (vanished === -1) return
    // Somebody emptied Redis: candles are gone as well, so every symbol is asked for all of them again.
    restart()
    universe.refresh(`lane ${laneTitle(lanes[vanished] as Lane)} is empty`)
  }

  async function fill(): Promise<void> {
    const [unsent, waiting] = await Promise.all([
      countHandouts(hub, venue, Date.now()),
      parts.queue.getWaitingCount(),
    ])
    const room = pace.ahead - Math.max(unsent, waiting)
    if (room <= 0) return
    const before = plan
    const errorMs = hub.clock.errorMs()
    const now = hub.clock.now() - settledAfterMs - marginMs - (Number.isFinite(errorMs) ? 2 * errorMs : 0)
    const longShare = toLongShare(lanes, { lengths, perSecond: pace.perSecond, rate })
    const planned = planTurns(before, lanes, { lengths, hotShare, longShare, now, room })
    if (planned.turns.length === 0) return
    const added = await addJobs(parts, planned.turns, laps)
    if (added === undefined) return leadership.lost()
    handedOut += added
    if (plan === before) plan = planned.plan
  }

  async function tell(): Promise<void> {
    const bounds = toLaneBounds(lanes, { lengths, perSecond: pace.perSecond, hotShare, rate })
    const told = lanes.map((lane, at) => {
      const boundMs = bounds[at] === undefined ? undefined : Math.round(bounds[at])
      return { lane, kind: lane.kind, symbols: lengths[at] ?? 0, lapMs: laps[at]?.lapMs(), boundMs }
    })
    await writeLaps(hub, venue, told)
  }

  const isDue = dueEvery()
  async function tick(): Promise<void> {
    const now = Date.now()
    if (isDue('actors', actorsEveryMs, now)) {
      pace = toFetchPace(await readLivingActors(hub.redis, hub.keys), { venue, leadMs, now })
    }
    if (isDue('lengths', lengths[0] === 0 ? lengthsSoonerMs : lengthsEveryMs, now)) await look()
    if (pace.ahead > 0) await fill()
    if (isDue('laps', lapsEveryMs, now)) await tell()
  }

  async function run(): Promise<void> {
    while (!stopped) {
      let pauseMs = toLookEveryMs(pace.perSecond)
      try {
        if (leadership.isLeader()) await tick()
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
    restart,
    async stop() {
      stopped = true
      await ended
    },
  }
}

/** Tells whether something was last done so long ago that it is to be done again, and takes it for done. */
function dueEvery(): (what: string, everyMs: number, now: number) => boolean {
  const doneAt = new Map<string, number>()
  return (what, everyMs, now) => {
    if (now - (doneAt.get(what) ?? 0) <= everyMs) return false
    doneAt.set(what, now)
    return true
  }
}
