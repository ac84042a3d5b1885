import { readBudgets } from '../../lib/egress/budgets.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'

/** One line on how the system runs: lanes and budgets. */
export async function readStateLine(hub: Hub): Promise<string> {
  const venue = hub.config.exchange
  const [lanes, budgets] = await Promise.all([readLaneStatus(hub, venue), readBudgets(hub, venue)])
  return [
    ...lanes.map(({ lane, symbols, lapMs, ageMs }) =>
      [`${lane} ${symbols} symbols`, `lap ${seconds(lapMs)}`, `oldest ${seconds(ageMs?.max)}`].join(', '),
    ),
    ...budgets.map(({ usedWeight, permitted, cooldownMs }) =>
      cooldownMs > 0
        ? `closed for ${seconds(cooldownMs)}`
        : `weight ${usedWeight} of ${permitted ?? 'unknown'}`,
    ),
  ].join(' | ')
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? 'unknown' : `${(ms / 1000).toFixed(1)} s`
}
