import cron from 'node-cron'
import type { Hub } from '../../lib/hub/hub.ts'
import type { Leadership } from '../../lib/hub/lease.ts'
import { readHotFacts } from '../../lib/market/hot-facts.ts'
import type { PositionsReader } from '../../lib/market/hot-facts.ts'
import type { HotModules } from '../../lib/market/hot-modules.ts'
import { hotReason, minutesBack } from '../../lib/market/hot-reason.ts'
import type { ConfiguredLane } from '../../lib/market/lane-config.ts'
import { laneTitle, readLane, writeLane } from '../../lib/market/lanes.ts'
import type { Lane } from '../../lib/market/lanes.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { HotCondition } from '../../lib/model/hot-condition.ts'

/** Keeps a lane as a condition says, while this process leads. */
export interface KeptHotLane {
  /** judges all symbols anew, besides doing so on its schedule */
  judge(): Promise<void>
  /** for the heartbeat */
  tell(): { hot: number; hotErrors: number }
  stop(): Promise<void>
}

interface Parts {
  readonly hub: Hub
  readonly leadership: Leadership
  readonly lanes: readonly ConfiguredLane[]
  readonly modules: HotModules
  readonly readPositions: PositionsReader
}

const shownSymbols = 20

/** Judges on the schedule of the configuration; undefined when that has no hot lane. */
export function keepHotLane(parts: Parts): KeptHotLane | undefined {
  const { hub } = parts
  const condition = hub.config.hotLane
  const lane = parts.lanes.find(({ kind }) => kind === 'hot')
  const among = parts.lanes.find(({ kind }) => kind === 'continuous')
  if (condition === null || lane === undefined || among === undefined) return undefined
  return keep(parts, { condition, lane, among })
}

function keep(parts: Parts, of: { condition: HotCondition; lane: Lane; among: Lane }): KeptHotLane {
  const { hub, leadership, modules } = parts
  const { condition, lane, among } = of
  const { venue, interval } = lane
  const minutes = minutesBack(condition)
  let hot = 0
  let underWay: Promise<void> | undefined

  async function once(): Promise<void> {
    const [symbols, before] = await Promise.all([readLane(hub, among), readLane(hub, lane)])
    const facts = await readHotFacts(hub, { venue, interval, symbols, minutes }, parts.readPositions)
    const reasons = new Map<string, string>()
    for (const each of facts) {
      const reason = hotReason(condition, each, modules.judge)
      if (reason !== undefined) reasons.set(each.symbol, reason)
    }
    const change = await writeLane(hub, lane, leadership.token, [...reasons.keys()])
    if (change === undefined) return leadership.lost()
    hot = reasons.size
    if (change.added === 0 && change.removed === 0) return
    const known = new Set(before)
    const added = [...reasons].filter(([symbol]) => !known.has(symbol)).slice(0, shownSymbols)
    const removed = before.filter((symbol) => !reasons.has(symbol)).slice(0, shownSymbols)
    const shown = { added: Object.fromEntries(added), removed }
    hub.log.info({ lane: laneTitle(lane), symbols: hot, ...change, shown }, 'lane changed')
  }

  async function judge(): Promise<void> {
    if (!leadership.isLeader()) return
    underWay ??= once()
      .catch((error: unknown) =>
        hub.log.warn({ error: describeError(error) }, 'nobody judged which symbols are hot'),
      )
      .finally(() => {
        underWay = undefined
      })
    await underWay
  }

  const schedule = cron.schedule(hub.config.hotSchedule, judge, { noOverlap: true })
  return {
    judge,
    tell: () => ({ hot, hotErrors: modules.errors() }),
    async stop() {
      await schedule.stop()
      await underWay
    },
  }
}
