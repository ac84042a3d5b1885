import type { BenchRedis } from './bench-redis.ts'
import { startLoad } from './redis-load.ts'
import type { LoadKind, LoadPlan, LoadRun } from './redis-load.ts'
import { median } from './statistics.ts'

/** How a load went in a round. */
export interface LoadRates {
  /** operations a second of wall time */
  readonly perS: number
  /** operations a second of the server's CPU time */
  readonly perCpuS: number
  /** part of one core that the server used */
  readonly busy: number
}

/** Rounds of loads of several kinds from the same senders. */
export interface LoadRounds {
  readonly kinds: readonly LoadKind[]
  /** measures every kind for so long, in turns of which each is short */
  runRound(ms: number, signal: AbortSignal): Promise<void>
  /** the medians of all rounds so far */
  ratesOf(kind: LoadKind): LoadRates
  /** a kind's rate as a part of another's: the median of what it was in each round */
  shareOf(kind: LoadKind, plain: LoadKind, by: 'perS' | 'perCpuS'): number
  stop(): Promise<void>
}

// What else runs on the machine changes within a second; kinds that are compared must meet the same.
const turnMs = 100
const warmUpMs = 300

/** Connects the senders and warms them up. */
export async function openRounds(
  redis: BenchRedis,
  of: {
    connections: number
    threads: number
    keys: LoadPlan['keys']
    shas: LoadPlan['shas']
    kinds: readonly LoadKind[]
  },
): Promise<LoadRounds> {
  const load = await startLoad(redis, of)
  const rounds: Map<LoadKind, LoadRates>[] = []
  for (const kind of of.kinds) await load.run(kind, warmUpMs)
  const found = (kind: LoadKind, by: keyof LoadRates) => rounds.map((round) => round.get(kind)?.[by] ?? 0)

  return {
    kinds: of.kinds,
    async runRound(ms, signal) {
      const runs = new Map<LoadKind, LoadRun[]>(of.kinds.map((kind) => [kind, []]))
      for (let turn = 0; turn < ms / turnMs; turn++) {
        for (const kind of of.kinds) {
          signal.throwIfAborted()
          runs.get(kind)?.push(await load.run(kind, Math.min(turnMs, ms)))
        }
      }
      rounds.push(new Map([...runs].map(([kind, turns]) => [kind, toRates(turns)])))
    },
    ratesOf: (kind) => ({
      perS: median(found(kind, 'perS')),
      perCpuS: median(found(kind, 'perCpuS')),
      busy: median(found(kind, 'busy')),
    }),
    shareOf(kind, plain, by) {
      const beside = found(plain, by)
      return median(found(kind, by).map((rate, i) => rate / (beside[i] ?? 0)))
    },
    stop: () => load.stop(),
  }
}

function toRates(turns: readonly LoadRun[]): LoadRates {
  const total = (of: keyof LoadRun) => turns.reduce((sum, turn) => sum + turn[of], 0)
  return {
    perS: total('operations') / total('seconds'),
    perCpuS: total('operations') / total('cpuSeconds'),
    busy: total('cpuSeconds') / total('seconds'),
  }
}
