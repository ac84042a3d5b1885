import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../lib/hub/config.ts'
import { openHub } from '../../lib/hub/hub.ts'
import { openLog } from '../../lib/hub/log.ts'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { claimKeys } from '../../lib/orders/claims.ts'
import { settleClaims } from '../../lib/orders/settle-claims.ts'
import type { SettleParts } from '../../lib/orders/settle-claims.ts'
import type { BenchVenue } from './bench-venue.ts'
import { judgeCrashes } from './crash-ledger.ts'
import type { CrashLedger } from './crash-ledger.ts'
import { knownClock, openCrashPath } from './crash-path.ts'
import { openCrashVenue } from './crash-venue.ts'
import type { CrashOrder, CrashPoint } from './crash-worker/main.ts'
import { startKilledRedis } from './killed-redis.ts'

/** What is done to whom. */
export interface CrashRun {
  /** of the simulator, with the account one:first */
  readonly url: string
  /** whose wire is spoken there */
  readonly speaks: BenchVenue
  /** distinct signals; each is handed in by every trader */
  readonly submits: number
  /** chance at which a trader is ended by SIGKILL at each of these */
  readonly kills: Readonly<Record<CrashPoint['point'] | 'any instant', number>>
  /** Redis is killed once in so many submits */
  readonly redisEvery: number
  /** told now and then */
  tell(text: string): void
  readonly signal?: AbortSignal
}

/** What came of it. */
export interface CrashFigures extends CrashLedger {
  readonly submits: number
  /** times that a signal was handed in, by whomever */
  readonly attempts: number
  readonly kills: number
  readonly killsByPoint: Readonly<Record<string, number>>
  readonly redisKills: number
  /** written by Redis and lost with it */
  readonly lostBytes: number
  /** intents of which it was not known in the venue's time for that what became of them, from their claim on */
  readonly unknownAfter30s: number
  /** of the venue's clock, from claim to the end of it */
  readonly longestUnknownMs: number
}

const traders = 3
const soonMs = 30
// Venue ms.
const knownWithinMs = 30_000
const settledWithinMs = 60_000
const settlePauseMs = 25
const mostBarrenStarts = 100

/** Hands every signal in by three traders that are killed all the while, with their Redis, and looks what became of it. */
export async function runCrashes(run: CrashRun): Promise<CrashFigures> {
  const redis = await startKilledRedis()
  const living = new Set<ChildProcess>()
  try {
    return await crashAll(run, redis, living)
  } finally {
    for (const child of living) child.kill('SIGKILL')
    await redis.stop()
  }
}

async function crashAll(
  run: CrashRun,
  redis: Awaited<ReturnType<typeof startKilledRedis>>,
  living: Set<ChildProcess>,
): Promise<CrashFigures> {
  const { config } = readConfig({ namespace: 'crash' }, {})
  const hub = await openHub(config, redis.endpoint, openLog('silent', {}), 'crash-orders')
  const { speaks } = run
  const venue = await openCrashVenue(speaks, run.url)
  const clock = knownClock(venue.rate, await venue.now())
  const { symbols } = venue
  const place = { venue: speaks.id, url: run.url, orderPauseMs: speaks.orderPauseMs }
  const path = await openCrashPath(hub, place, clock, symbols)
  const keys = claimKeys(hub, path.of)
  await hub.redis.set(keys.state, 'active')
  await venue.prepare(path)
  // Each claim is durable before it is answered; what is written after the last of them need not be.
  const promised = `$${'ZADD'.length}\r\nZADD\r\n$${keys.open.length}\r\n${keys.open}\r\n`

  const killsByPoint: Record<string, number> = {}
  let [attempts, reached, redisBegun, redisKills, lostBytes, longestUnknownMs] = [0, 0, 0, 0, 0, 0]
  const unknown = new Set<string>()
  let crashing: Promise<void> | undefined
  let failure: unknown

  function crashRedis(): void {
    redisBegun += 1
    crashing = (async () => {
      await sleep(Math.random() * soonMs)
      lostBytes += await redis.crash(promised)
      redisKills += 1
    })()
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        crashing = undefined
      })
  }

  function kill(child: ChildProcess, what: string): void {
    if (child.exitCode !== null || child.signalCode !== null) return
    killsByPoint[what] = (killsByPoint[what] ?? 0) + 1
    child.kill('SIGKILL')
  }

  /** One life of a trader from a signal on; gives the signal at which the next begins. */
  async function live(from: number): Promise<number> {
    let next = from
    const order: CrashOrder = {
      endpoint: redis.endpoint,
      namespace: hub.config.namespace,
      place,
      rate: venue.rate,
      venueNow: await venue.now(),
      symbols,
      from,
      to: run.submits,
    }
    const child = fork(join(projectRoot(), 'scripts/bench/crash-worker'), [JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    living.add(child)
    child.on('error', () => child.kill('SIGKILL'))
    child.on('message', ({ point, at }: CrashPoint) => {
      // The signal at which it dies is handed in again.
      next = at
      if (point === 'before claim') {
        attempts += 1
        if (at >= reached) {
          reached = at + 1
        }
        if (redisBegun < Math.floor(reached / run.redisEvery) && crashing === undefined) crashRedis()
        if (Math.random() < run.kills['any instant']) {
          setTimeout(() => kill(child, 'any instant'), Math.random() * soonMs)
        }
      }
      if (Math.random() < run.kills[point]) kill(child, point)
      else if (child.connected) child.send('go', () => {})
    })
    const code = await new Promise<number | null>((resolve) => child.once('exit', (each) => resolve(each)))
    living.delete(child)
    return code === 0 ? run.submits : next
  }

  async function trade(): Promise<void> {
    let barren = 0
    for (let from = 0; from < run.submits;) {
      run.signal?.throwIfAborted()
      if (failure !== undefined) throw failure
      const next = await live(from)
      // Redis may be away when it starts.
      barren = next === from ? barren + 1 : 0
      if (barren > mostBarrenStarts) throw new Error(`a trader does not come past signal ${from}`)
      from = next
    }
  }

  const parts: SettleParts = {
    ...path,
    positionTime: async (symbol) => (await path.fetchPosition(symbol)).time,
    isSending: () => false,
    mustAsk: () => true,
  }
  /** One look at all that go on; gives how many do. */
  async function settle(): Promise<number> {
    const open = await hub.redis.zrange(keys.open, '0', '-1', 'WITHSCORES')
    for (let at = 0; at < open.length; at += 2) {
      const ageMs = clock.now() - Number(open[at + 1])
      longestUnknownMs = Math.max(longestUnknownMs, ageMs)
      if (ageMs > knownWithinMs) unknown.add(open[at] ?? '')
    }
    return settleClaims(parts)
  }

  let trading = true
  const settling = (async () => {
    for (let toldAt = Date.now(); trading; await sleep(settlePauseMs)) {
      await settle().catch(() => undefined)
      if (Date.now() - toldAt < 10_000) continue
      toldAt = Date.now()
      const kills = Object.values(killsByPoint).reduce((sum, each) => sum + each, 0)
      run.tell(`signal ${reached} of ${run.submits}, ${kills} kills, ${redisKills} of Redis`)
    }
  })()
  try {
    await Promise.all(Array.from({ length: traders }, () => trade()))
  } finally {
    trading = false
    await settling
  }
  await crashing
  for (const giveUpAt = Date.now() + settledWithinMs; Date.now() < giveUpAt; await sleep(settlePauseMs)) {
    run.signal?.throwIfAborted()
    if ((await settle().catch(() => 1)) === 0) break
  }
  const ledger = await judgeCrashes(hub, path.of, venue, run.submits)
  await path.close()
  hub.close()
  return {
    submits: run.submits,
    attempts,
    kills: Object.values(killsByPoint).reduce((sum, each) => sum + each, 0),
    killsByPoint,
    redisKills,
    lostBytes,
    unknownAfter30s: unknown.size,
    longestUnknownMs,
    ...ledger,
  }
}
