import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { cursorLease, writeLane } from '../../lib/market/lanes.ts'
import type { Figures } from './bench.ts'
import type { BenchRedis } from './bench-redis.ts'
import { benchLane, benchSymbol } from './hub-data.ts'
import { loadKinds, startLoad } from './redis-load.ts'
import type { LoadKind, LoadPlan, LoadResult } from './redis-load.ts'
import { tellProgress, toCount, toPercent } from './report.ts'
import type { Row } from './report.ts'
import { median } from './statistics.ts'

/** Connections that send one command each at a time. */
export const connections = 50

const laneSymbols = 200
const warmUpMs = 500

// The least that a script can do in the place of a handout: it shows what being a script costs.
const scriptedIncr = "#!lua\nlocal counter = KEYS[1]\nreturn redis.call('INCR', counter)\n"

/** Handouts beside INCR and single merges beside HSET: the medians of interleaved rounds. */
export async function measureLoads(
  redis: BenchRedis,
  of: { rounds: number; roundMs: number; threads: number },
  signal: AbortSignal,
): Promise<{ rows: Row[]; figures: Figures }> {
  const keys = await prepare(redis)
  const shas = {
    incr: await load(redis, scriptedIncr),
    cursorAdvance: await load(redis, readScript('cursor-advance')),
    klinesMerge: await load(redis, readScript('klines-merge')),
  }
  const results: Record<LoadKind, LoadResult[]> = {
    incr: [],
    scriptedIncr: [],
    handout: [],
    hset: [],
    merge: [],
  }
  const loads = await startLoad(redis, { connections, threads: of.threads, keys, shas })
  try {
    for (const kind of loadKinds) await loads.run(kind, warmUpMs)
    for (let round = 1; round <= of.rounds; round++) {
      tellProgress(
        `one command in flight on each of ${connections} connections, round ${round} of ${of.rounds}`,
      )
      for (const kind of loadKinds) {
        signal.throwIfAborted()
        results[kind].push(await loads.run(kind, of.roundMs))
      }
    }
  } finally {
    await loads.stop()
  }
  const incr = middle(results.incr)
  const scripted = middle(results.scriptedIncr)
  const handout = middle(results.handout)
  const hset = middle(results.hset)
  const merge = middle(results.merge)
  return {
    rows: [
      toRow('INCR', incr),
      toRow(
        'INCR in a script',
        scripted,
        `${compare(scripted, incr)} of INCR; the most that any script can reach`,
      ),
      toRow('cursor handout', handout, `${compare(handout, incr)} of INCR; target 80 %`),
      toRow('HSET', hset),
      toRow('merged row, singly', merge, `${compare(merge, hset)} of HSET`),
    ],
    figures: {
      incrPerS: incr.perS,
      handoutPerS: handout.perS,
      hsetPerS: hset.perS,
      mergedSinglyPerS: merge.perS,
      scriptedIncrPerS: scripted.perS,
      handoutShare: handout.perS / incr.perS,
      handoutCpuShare: handout.perCpuS / incr.perCpuS,
      redisBusy: incr.busy,
    },
  }
}

/** A lane that its leader may be handed symbols of, and the names of all keys in question. */
async function prepare({ hub }: BenchRedis): Promise<LoadPlan['keys']> {
  const { venue, interval, name } = benchLane
  const token = nanoid()
  const lease = cursorLease(hub, venue)
  await hub.redis.set(lease, token)
  const symbols = Array.from({ length: laneSymbols }, (_, i) => benchSymbol(i))
  await writeLane(hub, benchLane, token, symbols)
  return {
    counter: `${hub.keys.namespace}:bench:counter`,
    rows: `${hub.keys.namespace}:bench:rows`,
    token,
    lease,
    lane: hub.keys.lane(venue, interval, name),
    cursor: hub.keys.cursor(venue, interval, name),
    heads: hub.keys.heads(venue, interval),
    polls: hub.keys.polls(venue, interval),
    sequence: hub.keys.feedSequence(venue),
    klines: hub.keys.klines(venue, interval, ''),
    channel: hub.keys.feed(venue),
  }
}

async function load({ hub }: BenchRedis, source: string): Promise<string> {
  return String(await hub.redis.script('LOAD', source))
}

function readScript(name: string): string {
  return readFileSync(join(projectRoot(), 'lua', `${name}.lua`), 'utf8')
}

function middle(results: readonly LoadResult[]): LoadResult {
  return {
    perS: median(results.map(({ perS }) => perS)),
    perCpuS: median(results.map(({ perCpuS }) => perCpuS)),
    busy: median(results.map(({ busy }) => busy)),
  }
}

function toRow(figure: string, { perS, busy }: LoadResult, beside?: string): Row {
  const redis = `Redis ${toPercent(busy)} busy`
  return {
    figure,
    measured: `${toCount(perS)}/s`,
    beside: beside === undefined ? redis : `${beside}; ${redis}`,
  }
}

function compare(one: LoadResult, plain: LoadResult): string {
  return `${toPercent(one.perS / plain.perS)} (per CPU second ${toPercent(one.perCpuS / plain.perCpuS)})`
}
