import { readBudgets } from '../../lib/egress/budgets.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Finder } from './finder.ts'

const everyMs = 1_000

/** Finds addresses that the venue has closed by 429 or 418; each stands until it opens. */
export function findClosedAddresses(hub: Hub, venue: string): Finder {
  return {
    name: 'closed-addresses',
    everyMs,
    async find() {
      const budgets = await readBudgets(hub, venue)
      const closed = budgets.filter(({ cooldownMs }) => cooldownMs > 0)
      const standing = closed.map(({ address, closedBy, cooldownMs }) => ({
        kind: 'rate-limit' as const,
        subject: `${venue} ${address}`,
        severity: closedBy === 418 ? ('critical' as const) : ('warning' as const),
        text: `the venue closed the address${closedBy === undefined ? '' : ` by ${closedBy}`}; it opens in ${Math.ceil(cooldownMs / 1000)} s`,
      }))
      return { standing }
    },
  }
}
