import { nanoid } from 'nanoid'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Leadership } from '../../lib/hub/lease.ts'
import type { JobQueue } from '../../lib/hub/queues.ts'
import { noteHandouts } from '../../lib/market/kline-jobs.ts'
import type { FetchJob } from '../../lib/market/kline-jobs.ts'
import type { ConfiguredLane } from '../../lib/market/lane-config.ts'
import { handOut } from '../../lib/market/lanes.ts'
import { intervalsMs } from '../../lib/model/timeframe.ts'
import type { KeptUniverse } from './keep-universe.ts'
import type { Lap } from './track-lap.ts'

/** What dispatching works with. */
export interface DispatchParts {
  readonly hub: Hub
  readonly venue: string
  readonly queue: JobQueue<FetchJob>
  readonly leadership: Leadership
  readonly lanes: readonly ConfiguredLane[]
  readonly universe: KeptUniverse
}

// Besides those since the last turn: so many intervals may pass in which polls fail before one is missing.
const overlapCandles = 10
// A poll that failed would be made up for in the next lap, which in a long lane is minutes away. Real ms.
const longOptions = { attempts: 5, backoff: { type: 'fixed', delay: 1_000 } }

/**
 * Hands out the next symbols of the lanes whose `turns` these are, as places in the list of lanes, and adds a job for
 * each, in that order. Gives how many symbols were handed out; undefined when this process does not lead.
 */
export async function addJobs(
  parts: DispatchParts,
  turns: readonly number[],
  laps: readonly Lap[],
): Promise<number | undefined> {
  const { hub, queue, venue, leadership, lanes, universe } = parts
  const symbols = new Map<number, string[]>()
  const places = [...new Set(turns)]
  const handouts = await Promise.all(
    places.map((at) => {
      const count = turns.filter((turn) => turn === at).length
      return handOut(hub, lanes[at] as ConfiguredLane, leadership.token, count)
    }),
  )
  for (const [i, handout] of handouts.entries()) {
    if (handout.outcome === 'not-leader') return undefined
    if (handout.outcome === 'handed') symbols.set(places[i] as number, handout.symbols)
  }

  const handedAt = Date.now()
  let handed = 0
  const jobs = turns.flatMap((at) => {
    // A lane that has just lost symbols hands out fewer than were planned.
    const symbol = symbols.get(at)?.shift()
    if (symbol === undefined) return []
    handed += 1
    const { kind, interval } = lanes[at] as ConfiguredLane
    const candles = usefulCandles(parts, at, laps[at]?.lastAt(symbol), handedAt)
    laps[at]?.note(symbol, handedAt)
    const index = universe.indexOf(symbol)
    if (index === undefined) return []
    const data: FetchJob = {
      symbol,
      index,
      interval,
      ...(candles === undefined ? {} : { candles }),
      handedAt,
    }
    return { name: 'kline.fetch', data, opts: { jobId: nanoid(), ...(kind === 'long' ? longOptions : {}) } }
  })
  await noteHandouts(
    hub,
    venue,
    jobs.map(({ opts }) => opts.jobId),
    handedAt,
  )
  await queue.addBulk(jobs)
  return handed
}

/**
 * How many candles a poll of a long lane is worth asking for: those since the symbol's last turn. Undefined, for as
 * many as the settings say, in the shortest interval, whose every poll repairs history, and at a first turn.
 */
function usefulCandles(
  { hub, lanes }: DispatchParts,
  at: number,
  lastAt: number | undefined,
  handedAt: number,
): number | undefined {
  const { kind, interval } = lanes[at] as ConfiguredLane
  if (kind !== 'long' || lastAt === undefined) return undefined
  const since = ((handedAt - lastAt) * hub.config.rate) / intervalsMs[interval]
  return Math.min(overlapCandles + Math.floor(since), hub.config.candlesPerPoll)
}
