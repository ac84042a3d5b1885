import { intervalsMs } from '../model/timeframe.ts'
import { leastHotLapMs, slowLapMs, toLongShare } from './lane-plan.ts'
import type { PlannedLane } from './lane-plan.ts'

/**
 * Real ms that a lap of each lane takes at best, on average over its interval: its symbols by its part of the polls a
 * second that leave; undefined where it has no symbols or nothing leaves. `perSecond` is in polls a real second.
 */
export function toLaneBounds(
  lanes: readonly PlannedLane[],
  of: { lengths: readonly number[]; perSecond: number; hotShare: number; rate: number },
): (number | undefined)[] {
  const { lengths, perSecond, rate } = of
  const each = lanes.map(({ kind, interval }, at) => {
    const symbols = lengths[at] ?? 0
    const wanted = (spanMs: number) => (symbols * 1000 * rate) / spanMs
    return {
      hot: kind === 'hot' ? wanted(leastHotLapMs) : 0,
      round: kind === 'long' ? wanted(intervalsMs[interval]) : 0,
      slow: kind === 'long' ? wanted(slowLapMs(interval)) : 0,
    }
  })
  const total = (kind: 'hot' | 'round' | 'slow') => each.reduce((sum, lane) => sum + lane[kind], 0)
  const partOf = (wanted: number, given: number) => (wanted === 0 ? 0 : Math.min(1, given / wanted))
  // Slow laps have what the rounds leave of the long lanes' share.
  const forLong = toLongShare(lanes, of) * perSecond
  const parts = {
    hot: partOf(total('hot'), of.hotShare * perSecond),
    round: partOf(total('round'), forLong),
    slow: partOf(total('slow'), Math.max(0, forLong - total('round'))),
  }
  const polls = each.map((lane) => lane.hot * parts.hot + lane.round * parts.round + lane.slow * parts.slow)
  const rest = perSecond - polls.reduce((sum, part) => sum + part, 0)
  return lanes.map(({ kind }, at) => {
    const symbols = lengths[at] ?? 0
    const own = kind === 'continuous' ? rest : (polls[at] ?? 0)
    return symbols === 0 || own <= 0 ? undefined : (symbols * 1000) / own
  })
}
