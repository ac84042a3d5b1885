import type { Config } from '../hub/settings.ts'
import { ConfigError } from '../model/errors.ts'
import { intervalsMs, toInterval } from '../model/timeframe.ts'
import type { LaneKind } from './lane-plan.ts'
import type { Lane } from './lanes.ts'

/** A lane, and how it takes its turns. */
export interface ConfiguredLane extends Lane {
  readonly kind: LaneKind
}

/**
 * The lanes that the configuration wants: all symbols in the shortest interval first, in the longer ones after it, and
 * the hot symbols last where there is a share for them.
 */
export function toLanes(
  venue: string,
  config: Pick<Config, 'intervals' | 'hotShare' | 'hotLane'>,
): ConfiguredLane[] {
  const sorted = [...new Set(config.intervals.map(toInterval))].toSorted(
    (a, b) => intervalsMs[a] - intervalsMs[b],
  )
  const lanes = sorted.map((interval, at): ConfiguredLane => {
    return { venue, interval, name: 'all', kind: at === 0 ? 'continuous' : 'long' }
  })
  const shortest = sorted[0]
  if (config.hotShare === 0 || shortest === undefined) return lanes
  if (config.hotLane === null) {
    throw new ConfigError(
      `hotShare is ${config.hotShare}, so hotLane must say which symbols are hot, and is empty`,
    )
  }
  return [...lanes, { venue, interval: shortest, name: 'hot', kind: 'hot' }]
}
