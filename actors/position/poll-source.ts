import { pollAtPace } from '../../lib/egress/poll-at-pace.ts'
import type { PacedPolls } from '../../lib/egress/poll-at-pace.ts'
import { flowOf } from './account-actor.ts'
import type { AccountActor } from './account-actor.ts'
import type { Taken } from './take-reports.ts'

// Both endpoints weigh the same, and this is the measure of the pace.
const requestWeight = 5

/** Asks one endpoint of the account again and again, at the pace that its share of the address allows. */
export function pollSource(actor: AccountActor, source: 'account' | 'risk', taken: Taken): PacedPolls {
  const { hub, egress, exchange, of } = actor
  const flow = flowOf(of, source, hub.config.accountShare)
  return pollAtPace(hub, {
    what: source === 'account' ? 'balances and positions' : 'positions',
    egress,
    async poll(onLeave) {
      const fetch = () => (source === 'account' ? exchange.fetchAccount() : exchange.fetchPositions())
      await taken.take(source, await egress.call('account', fetch, onLeave, flow))
    },
  })
}

/** Real ms between two polls of a source, as the budget allows them now. */
export function periodMs({ egress, hub }: AccountActor): number {
  return (1000 * requestWeight) / (egress.weightPerSecond('account') * hub.config.accountShare)
}
