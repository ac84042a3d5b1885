import type { Egress } from '../../lib/egress/egress.ts'
import type { AccountExchange } from '../../lib/exchange/account-exchange.ts'
import type { OrderExchange } from '../../lib/exchange/order-exchange.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Leadership } from '../../lib/hub/lease.ts'
import type { RedisPulse } from '../../lib/hub/redis-pulse.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import type { TradeReport } from '../../lib/model/order-report.ts'
import type { RiskLimits } from '../../lib/risk/limits.ts'
import type { SendQueue } from './send-queue.ts'

/** What the parts of this actor work with. */
export interface RiskActor {
  readonly hub: Hub
  readonly of: AccountOf
  readonly orders: OrderExchange
  readonly exchange: AccountExchange
  readonly egress: Egress
  readonly limits: RiskLimits
  /** whether this is the one process that acts for the account */
  isLeader(): boolean
  /** the same for what must not wait for Redis: who led last goes on while Redis is away */
  mayProtect(): boolean
  readonly leadership: Leadership
  readonly pulse: RedisPulse
  /** what orders and stops wait in for room in the venue's limits */
  readonly sending: SendQueue
  /** who is told of each trade that the stream tells, of whatever order */
  readonly tradeEars: Set<(trade: TradeReport) => void>
}

/** Something that this actor does again and again. */
export interface RiskPart {
  /** what the heartbeat says of it */
  tell(): Readonly<Record<string, string | number>>
  stop(): void
}

/** Asks the venue in the part of the budget that is kept for protecting. */
export function protect<T>(actor: RiskActor, run: () => Promise<T>, onLeave?: () => void): Promise<T> {
  return actor.egress.call('protect', run, onLeave)
}

/** The same, with the venue time before which the request surely had not left. */
export async function protectAt<T>(
  actor: RiskActor,
  run: () => Promise<T>,
): Promise<{ answer: T; askedAt: number }> {
  const { clock } = actor.hub
  const now = () => Math.floor(clock.now() - clock.errorMs())
  // Who goes alone, without the budget, is not told when it leaves; it surely had not before it was asked for.
  let askedAt = now()
  const answer = await protect(actor, run, () => (askedAt = now()))
  return { answer, askedAt }
}
