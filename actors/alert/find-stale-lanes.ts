import type { Hub } from '../../lib/hub/hub.ts'
import { readLaneStatus } from '../../lib/market/lane-status.ts'
import type { LaneStatus } from '../../lib/market/lane-status.ts'
import { causeOf } from '../../lib/model/alert.ts'
import type { Alert } from '../../lib/model/alert.ts'
import type { Finder } from './finder.ts'

// Real ms. A system that starts on old data is stale until its first lap.
const everyMs = 1_000
const patienceMs = 10_000

/** Finds lanes whose candles are stale; each stands until all of it is fresh again. */
export function findStaleLanes(hub: Hub, venue: string): Finder {
  const staleSince = new Map<string, number>()
  return {
    name: 'stale-lanes',
    everyMs,
    async find(stood) {
      const lanes = await readLaneStatus(hub, venue)
      const now = Date.now()
      for (const { lane, freshness } of lanes) {
        if (freshness !== 'stale') staleSince.delete(lane)
        else if (!staleSince.has(lane)) staleSince.set(lane, now)
      }
      const standing = lanes.flatMap((status) => {
        const alert = toAlert(status)
        const since = staleSince.get(status.lane)
        const begins = since !== undefined && now - since >= patienceMs
        // Neither late nor starting says that it is over.
        const goesOn =
          stood.has(causeOf(alert)) && status.freshness !== 'fresh' && status.freshness !== 'empty'
        return begins || goesOn ? [alert] : []
      })
      const endings = new Map(
        lanes.map((status) => [causeOf(toAlert(status)), `all ${status.symbols} symbols are fresh`]),
      )
      return { standing, endings }
    },
  }
}

function toAlert({ venue, lane, symbols, ageMs, missing }: LaneStatus): Alert {
  const oldest =
    ageMs === undefined ? 'none was ever polled' : `the oldest is ${Math.round(ageMs.max / 1000)} s old`
  const lacking = missing === 0 ? '' : `, ${missing} were never polled`
  return {
    kind: 'stale-data',
    subject: `${venue} ${lane}`,
    severity: 'warning',
    text: `candles of ${symbols} symbols: ${oldest}${lacking}`,
  }
}
