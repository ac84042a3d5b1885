import { readBudgets } from '../../lib/egress/budgets.ts'
import type { Budget } from '../../lib/egress/budgets.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { LivingActor } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'
import type { QueueCounts } from '../../lib/hub/queue-counts.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'

/** How the system of one venue runs. */
export interface SystemStatus {
  readonly lanes: readonly LaneStatus[]
  readonly budgets: readonly Budget[]
  readonly actors: readonly LivingActor[]
  readonly queues: readonly QueueCounts[]
}

/** Opens what tells the status; `read` rejects while Redis is away. */
export function openSystemStatus(hub: Hub): { read(): Promise<SystemStatus>; close(): Promise<void> } {
  const venue = hub.config.exchange
  const queueCounts = openQueueCounts(hub, venue)
  return {
    async read() {
      const [lanes, budgets, actors, queues] = await Promise.all([
        readLaneStatus(hub, venue),
        readBudgets(hub, venue),
        readLivingActors(hub.redis, hub.keys),
        queueCounts.read(),
      ])
      return { lanes, budgets, actors: actors.toSorted((a, b) => a.id.localeCompare(b.id)), queues }
    },
    close: () => queueCounts.close(),
  }
}

/** The status as one JSON line; what is not known is null. */
export function toStatusJson({ lanes, budgets, actors, queues }: SystemStatus): string {
  return JSON.stringify({
    lanes: lanes.map(({ venue, lane, symbols, lapMs, boundMs, ageMs, missing, freshness }) => ({
      venue,
      lane,
      symbols,
      lapMs: lapMs ?? null,
      boundMs: boundMs ?? null,
      ageMs: ageMs ?? null,
      missing,
      freshness,
    })),
    egress: budgets.map(({ address, usedWeight, limit, permitted, cooldownMs }) => ({
      address,
      usedWeight,
      limit: limit ?? null,
      permitted: permitted ?? null,
      cooldownMs,
    })),
    actors: actors.map(({ kind, id, beatAgeMs }) => ({ kind, id, beatAgeMs })),
    queues: queues.map(({ name, waiting, active, delayed, failed }) => ({
      name,
      waiting,
      active,
      delayed,
      failed,
    })),
  })
}
