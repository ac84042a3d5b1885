import { setTimeout as sleep } from 'node:timers/promises'
import { pollAtPace } from '../../lib/egress/poll-at-pace.ts'
import type { PacedPolls } from '../../lib/egress/poll-at-pace.ts'
import { flowOf } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import type { Taken } from './take-reports.ts'

/** Source -> when its last request left, real ms; of all sources that one process asks. */
export type LeftAt = Map<'account' | 'risk', number>

/**
 * Asks one endpoint of the account again and again, at the pace that its share of the address allows, and in turn with
 * the other one of this process, so that a change is seen as soon as two can see it.
 */
export function pollSource(
  actor: AccountActor,
  source: 'account' | 'risk',
  taken: Taken,
  leftAt: LeftAt,
): PacedPolls {
  const { hub, egress, exchange, of } = actor
  const flow = flowOf(of, source, hub.config.accountShare)
  return pollAtPace(hub, {
    what: source === 'account' ? 'balances and positions' : 'positions',
    egress,
    async poll(onLeave) {
      const waitMs = untilTurn(leftAt, source, periodMs(actor), Date.now())
      if (waitMs > 0) await sleep(waitMs)
      const fetch = () => (source === 'account' ? exchange.fetchAccount() : exchange.fetchPositions())
      const left = () => {
        leftAt.set(source, Date.now())
        onLeave()
      }
      await taken.take(source, await egress.call('account', fetch, left, flow))
    },
  })
}

/** Real ms between two polls of a source, as the budget allows them now. */
export function periodMs({ egress, exchange, hub }: AccountActor): number {
  const perSecond = egress.perSecond('account', exchange.costOf('account').charge)
  return 1000 / (perSecond * hub.config.accountShare)
}

// Parts of a period: so far apart the two sources' polls should be at least.
const leastApart = 0.35

/**
 * Real ms to wait before a poll is handed to the pace, so that it leaves halfway between two of the other source; mostly
 * 0. The position endpoint alone makes way: if both did they would stay together.
 */
export function untilTurn(
  leftAt: ReadonlyMap<'account' | 'risk', number>,
  source: 'account' | 'risk',
  period: number,
  now: number,
): number {
  const other = leftAt.get('account')
  if (source === 'account' || other === undefined || now - other > 2 * period) return 0
  const expected = Math.max(now, (leftAt.get(source) ?? 0) + period)
  const behind = ((expected - other) % period) / period
  if (Math.min(behind, 1 - behind) >= leastApart) return 0
  return expected - now + ((1.5 - behind) % 1) * period
}
