import { setTimeout as sleep } from 'node:timers/promises'
import { readAlerts } from '../../lib/alert/alerts.ts'
import type { AccountSummary } from '../../lib/account/account-summary.ts'
import { readBudgets } from '../../lib/egress/budgets.ts'
import type { Budget } from '../../lib/egress/budgets.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import type { LivingActor } from '../../lib/hub/heartbeats.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { openQueueCounts } from '../../lib/hub/queue-counts.ts'
import type { QueueCounts } from '../../lib/hub/queue-counts.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import type { AlertState } from '../../lib/model/alert.ts'
import { describeError } from '../../lib/model/errors.ts'
import { ordersAccountOf } from '../../lib/model/paper-account.ts'
import { readAccountSummaries, readVenueAccounts } from '../../lib/orders/account-summaries.ts'
import { readOrdersSummary } from '../../lib/orders/orders-summary.ts'
import type { OrdersSummary } from '../../lib/orders/orders-summary.ts'

/** What the page shows. */
export interface BoardState {
  readonly lanes: LaneStatus[]
  readonly budgets: Budget[]
  readonly actors: LivingActor[]
  readonly queues: QueueCounts[]
  readonly accounts: AccountSummary[]
  /** of the account that orders are shown of, on paper or at the venue */
  readonly orders: OrdersSummary
  /** those with the latest news, the latest first */
  readonly alerts: AlertState[]
}

/** The answer to a browser: the last state that could be read, how old it is, and what is wrong, if anything. */
export interface BoardAnswer {
  readonly venue: string
  readonly redis: string
  readonly allowActions: boolean
  readonly problem: string | undefined
  readonly state: BoardState | undefined
  /** real ms since the state was read */
  readonly stateAgeMs: number | undefined
}

// However many browsers look, Redis is read once in this time; and none waits longer than the other, in real ms.
const readAtMostEveryMs = 700
const patienceMs = 1_500
const orderRows = 10
const alertRows = 10

/** Opens what the board reads. `read` never rejects: it tells the problem instead. */
export function readBoardState(hub: Hub): { read(): Promise<BoardAnswer>; close(): Promise<void> } {
  const venue = hub.config.exchange
  const queueCounts = openQueueCounts(hub, venue)
  let last: { state: BoardState; readAt: number } | undefined
  let problem: string | undefined
  let reading: Promise<void> | undefined
  let askedAt = 0

  async function refresh(): Promise<void> {
    try {
      const [lanes, budgets, actors, queues, accounts, orders, alerts] = await Promise.all([
        readLaneStatus(hub, venue),
        readBudgets(hub, venue),
        readLivingActors(hub.redis, hub.keys),
        queueCounts.read(),
        readVenueAccounts(hub, venue).then((names) => readAccountSummaries(hub, venue, names)),
        readOrdersSummary(hub, { venue, account: ordersAccountOf(hub.config) }, orderRows),
        readAlerts(hub, alertRows),
      ])
      const inOrder = actors.toSorted((a, b) => a.id.localeCompare(b.id))
      last = {
        state: { lanes, budgets, actors: inOrder, queues, accounts, orders, alerts },
        readAt: Date.now(),
      }
      problem = undefined
    } catch (error) {
      problem = hub.redis.status === 'ready' ? describeError(error) : 'Redis is away'
    } finally {
      reading = undefined
    }
  }

  return {
    async read() {
      const now = Date.now()
      if (reading === undefined && now - askedAt >= readAtMostEveryMs) {
        askedAt = now
        reading = refresh()
      }
      const late =
        reading === undefined
          ? false
          : await Promise.race([reading.then(() => false), sleep(patienceMs, true, { ref: false })])
      return {
        venue,
        redis: `${hub.endpoint.host}:${hub.endpoint.port}`,
        allowActions: hub.config.allowActions,
        problem: late
          ? `Redis has not answered for ${((Date.now() - askedAt) / 1000).toFixed(1)} s`
          : problem,
        state: last?.state,
        stateAgeMs: last === undefined ? undefined : Date.now() - last.readAt,
      }
    },
    close: () => queueCounts.close(),
  }
}
