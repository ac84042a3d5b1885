import { availableParallelism } from 'node:os'
import { flagOf, numberOption } from './bench.ts'
import type { BenchDefinition } from './bench.ts'
import { startBenchRedis } from './bench-redis.ts'
import { connections, measureLoads } from './measure-loads.ts'
import { measureBatches } from './measure-batches.ts'
import { printTable } from './report.ts'

/** What the scripts of the hub cost beside plain commands on the same server. */
export const hubBench: BenchDefinition = {
  name: 'hub',
  summary: 'Cursor handouts and merged rows, beside raw INCR and HSET on the same Redis, interleaved.',
  options: [
    numberOption('rounds', 'rounds, whose medians are told', { fallback: 5, least: 1, most: 100 }),
    numberOption('round-ms', 'how long each measurement of a round takes', {
      fallback: 1_000,
      least: 50,
      most: 60_000,
    }),
    numberOption('threads', `client threads that together keep Redis busy, over ${connections} connections`, {
      fallback: Math.max(1, Math.min(2, availableParallelism() - 1)),
      least: 1,
      most: connections,
    }),
  ],
  async run(flags, signal) {
    const rounds = flagOf(flags, 'rounds')
    const roundMs = flagOf(flags, 'roundMs')
    // The append-only file is on; its rewriting would fall into some measurements and not into others.
    const redis = await startBenchRedis(['auto-aof-rewrite-percentage 0'])
    try {
      const loads = await measureLoads(redis, { rounds, roundMs, threads: flagOf(flags, 'threads') }, signal)
      const batches = await measureBatches(redis, { rounds, roundMs }, signal)
      printTable([...loads.rows, ...batches.rows])
      return { ...loads.figures, ...batches.figures }
    } finally {
      await redis.stop()
    }
  },
}
