import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nanoid } from 'nanoid'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { cursorLease, writeLane } from '../../lib/market/lanes.ts'
import type { Figures } from './bench.ts'
import type { BenchRedis } from './bench-redis.ts'
import { benchLane, benchSymbol } from './hub-data.ts'
import { openRounds } from './load-rounds.ts'
import type { LoadRounds } from './load-rounds.ts'
import { loadKinds } from './redis-load.ts'
import type { LoadKind, LoadPlan } from './redis-load.ts'
import { tellProgress, toCount, toPercent } from './report.ts'
import type { Row } from './report.ts'

/** Connections that send one command each at a time. */
export const connections = 50

const laneSymbols = 200

// The least that a script can do in the place of a handout: it shows what being a script costs.
const scriptedIncr = "#!lua\nlocal counter = KEYS[1]\nreturn redis.call('INCR', counter)\n"

const kindTexts: Readonly<Record<LoadKind, { figure: string; plain?: LoadKind; note?: string }>> = {
  incr: { figure: 'INCR' },
  handout: { figure: 'cursor handout', plain: 'incr', note: '; target 80 %' },
  scriptedIncr: { figure: 'INCR in a script', plain: 'incr', note: '; the most that any script can reach' },
  tenHandouts: { figure: 'ten handouts a call', plain: 'incr', note: '; calls, of ten symbols each' },
  hset: { figure: 'HSET' },
  merge: { figure: 'merged row, singly', plain: 'hset' },
}

/**
 * Handouts beside INCR and single merges beside HSET, from one client program and, the first of them, with Redis kept
 * busy by several. Rates are medians of rounds, shares are medians of what they are in each round.
 */
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
  const client = await openRounds(redis, { connections, threads: 1, keys, shas, kinds: loadKinds })
  const kinds = ['incr', 'handout', 'scriptedIncr'] as const
  const busy = await openRounds(redis, { connections, threads: of.threads, keys, shas, kinds })
  try {
    for (let round = 1; round <= of.rounds; round++) {
      tellProgress(
        `one command in flight on each of ${connections} connections, round ${round} of ${of.rounds}`,
      )
      await client.runRound(of.roundMs, signal)
      await busy.runRound(of.roundMs, signal)
    }
  } finally {
    await Promise.all([client.stop(), busy.stop()])
  }
  return {
    rows: [...toRows('one client', client), ...toRows(`${of.threads} clients`, busy)],
    figures: {
      incrPerS: client.ratesOf('incr').perS,
      handoutPerS: client.ratesOf('handout').perS,
      hsetPerS: client.ratesOf('hset').perS,
      mergedSinglyPerS: client.ratesOf('merge').perS,
      scriptedIncrPerS: client.ratesOf('scriptedIncr').perS,
      handoutsInTensPerS: 10 * client.ratesOf('tenHandouts').perS,
      handoutShare: client.shareOf('handout', 'incr', 'perS'),
      busyIncrPerS: busy.ratesOf('incr').perS,
      busyHandoutPerS: busy.ratesOf('handout').perS,
      busyHandoutShare: busy.shareOf('handout', 'incr', 'perS'),
      busyScriptedIncrShare: busy.shareOf('scriptedIncr', 'incr', 'perS'),
      handoutCpuShare: busy.shareOf('handout', 'incr', 'perCpuS'),
      redisBusy: busy.ratesOf('incr').busy,
    },
  }
}

function toRows(sender: string, rounds: LoadRounds): Row[] {
  return rounds.kinds.map((kind) => {
    const { figure, plain, note = '' } = kindTexts[kind]
    const { perS, busy } = rounds.ratesOf(kind)
    const redis = `Redis ${toPercent(busy)} busy`
    const share = (by: 'perS' | 'perCpuS') => toPercent(rounds.shareOf(kind, plain ?? kind, by))
    const beside = plain === undefined ? '' : `${share('perS')} of ${kindTexts[plain].figure}`
    return {
      figure: `${sender}: ${figure}`,
      measured: `${toCount(perS)}/s`,
      beside: plain === undefined ? redis : `${beside} (per CPU second ${share('perCpuS')})${note}; ${redis}`,
    }
  })
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
