import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import * as z from 'zod'
import type { BenchRedis } from './bench-redis.ts'

/** What each connection of a load sends again and again. */
export const loadKinds = ['incr', 'handout', 'scriptedIncr', 'tenHandouts', 'hset', 'merge'] as const
export type LoadKind = (typeof loadKinds)[number]

/** What a load thread is started with: where, as how many connections, and with which keys and scripts. */
export const loadPlanSchema = z.object({
  endpoint: z.object({ host: z.string(), port: z.number(), password: z.string() }),
  /** the first of this thread's connections, among all */
  from: z.number(),
  connections: z.number(),
  keys: z.object({
    counter: z.string(),
    rows: z.string(),
    token: z.string(),
    lease: z.string(),
    lane: z.string(),
    cursor: z.string(),
    heads: z.string(),
    polls: z.string(),
    sequence: z.string(),
    /** what the key of a symbol's candles begins with */
    klines: z.string(),
    channel: z.string(),
  }),
  shas: z.object({ incr: z.string(), cursorAdvance: z.string(), klinesMerge: z.string() }),
})
export type LoadPlan = z.infer<typeof loadPlanSchema>

/** What a load thread is told to do next. */
export const loadOrderSchema = z.object({ kind: z.enum(loadKinds), ms: z.number() })

/** How a load went. */
export interface LoadRun {
  readonly operations: number
  readonly seconds: number
  /** of the server's CPU, all its threads together */
  readonly cpuSeconds: number
}

/** Threads that keep one command in flight on each of their connections. */
export interface Load {
  run(kind: LoadKind, ms: number): Promise<LoadRun>
  stop(): Promise<void>
}

/** Opens `connections` connections, dealt out to so many threads. */
export async function startLoad(
  redis: BenchRedis,
  of: { connections: number; threads: number; keys: LoadPlan['keys']; shas: LoadPlan['shas'] },
): Promise<Load> {
  const { keys, shas } = of
  const { host, port, password = '' } = redis.hub.endpoint
  const workers = Array.from({ length: of.threads }, (_, i) => {
    const from = Math.floor((i * of.connections) / of.threads)
    const connections = Math.floor(((i + 1) * of.connections) / of.threads) - from
    const plan: LoadPlan = { endpoint: { host, port, password }, from, connections, keys, shas }
    return new Worker(new URL('./redis-load-worker.js', import.meta.url), { workerData: plan })
  })
  // `once` rejects when a thread fails.
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  return {
    async run(kind, ms) {
      const cpuBefore = await redis.readCpuSeconds()
      const startedAt = performance.now()
      const answers = workers.map((worker) => once(worker, 'message'))
      for (const worker of workers) worker.postMessage({ kind, ms })
      const operations = (await Promise.all(answers)).reduce((sum, [count]) => sum + Number(count), 0)
      const seconds = (performance.now() - startedAt) / 1_000
      const cpuSeconds = (await redis.readCpuSeconds()) - cpuBefore
      return { operations, seconds, cpuSeconds }
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
