import { setTimeout as sleep } from 'node:timers/promises'
import { alertLook } from '../../lua/alert-look.ts'
import type { Hub } from '../hub/hub.ts'
import { standForLeader } from '../hub/lease.ts'
import type { JobQueue } from '../hub/queues.ts'
import type { ChannelName } from '../model/alert.ts'
import { describeError } from '../model/errors.ts'
import { addAlertJob } from './alert-jobs.ts'
import type { AlertJob } from './alert-jobs.ts'

// Real ms.
const lookEveryMs = 100
const againMs = 5_000
const keepToldMs = 3_600_000
const limitEveryMs = 10_000
const mostAtOnce = 200

/** Hands alerts over to the channels' queues. */
export interface HandOver {
  isLeader(): boolean
  stop(): Promise<void>
}

/**
 * Puts causes with news into the queue of each channel that is to be told, in the order in which they were raised, and
 * none before its window is over. Several may run: one leads.
 */
export function startHandOver(
  hub: Hub,
  queues: ReadonlyMap<ChannelName, JobQueue<AlertJob>>,
  windowMs: number,
): HandOver {
  const leadership = standForLeader(hub, hub.keys.alertLease(), (leads) =>
    hub.log.info({ leads }, leads ? 'hands alerts over' : 'stands by'),
  )
  const names = [...queues.keys()]
  const keepMs = Math.max(keepToldMs, 2 * windowMs)
  let limitedAt = 0
  let stopped = false

  async function handOver(cause: string): Promise<void> {
    const keys = { lease: hub.keys.alertLease(), alert: hub.keys.alert(cause), due: hub.keys.alerts('due') }
    const args = { token: leadership.token, cause, windowMs, againMs: Math.min(againMs, windowMs), keepMs }
    const ready = await alertLook(hub.redis, keys, args, names)
    if (ready === undefined) return leadership.lost()
    for (const name of ready as ChannelName[]) {
      const queue = queues.get(name)
      if (queue !== undefined) await addAlertJob(queue, cause)
    }
  }

  async function look(): Promise<void> {
    // What one FLUSHALL takes must come back: two workers of a queue would mix up the order.
    if (Date.now() - limitedAt > limitEveryMs) {
      for (const queue of queues.values()) await queue.setGlobalConcurrency(1)
      limitedAt = Date.now()
    }
    const [seconds, micros] = await hub.redis.time()
    const now = Number(seconds) * 1e6 + Number(micros)
    const due = await hub.redis.zrangebyscore(hub.keys.alerts('due'), 0, now, 'LIMIT', 0, mostAtOnce)
    for (const cause of due) await handOver(cause)
  }

  async function run(): Promise<void> {
    while (!stopped) {
      if (leadership.isLeader())
        await look().catch((error: unknown) =>
          hub.log.debug({ error: describeError(error) }, 'alerts were not handed over'),
        )
      await sleep(lookEveryMs)
    }
  }
  const ended = run()
  return {
    isLeader: () => leadership.isLeader(),
    async stop() {
      stopped = true
      await ended
      await leadership.stop()
    },
  }
}
