import { add, ceilTo, compareDecimals, floorTo, lesser, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import { standingOf, sumOf } from './ladder-cover.ts'
import type { LadderDraft } from './ladder-draft.ts'
import { unfilled } from './ladder-state.ts'
import type { BegunLadder, LadderStop } from './ladder-state.ts'
import type { PlannedStop } from './stop-ladder.ts'

/** How far a ladder has come. */
export interface Completion {
  /** whether its rungs stand, but for `tolerance` of them */
  readonly isComplete: boolean
  /** the rungs that the venue would not have because the price has passed them */
  readonly passed: readonly PlannedStop[]
  /** the stops that the venue has no room for, nearest first, each with what is to be placed in its stead */
  readonly refused: readonly RefusedStop[]
}

/** A stop that was refused for want of room. */
export interface RefusedStop {
  readonly stop: LadderStop
  readonly instead: PlannedStop
}

// Venue ms: the first attempt after a loss follows at once, those after it later and later.
const retryMs = { first: 100, most: 2_000 } as const

/**
 * Places the rungs of a ladder that were not sent yet, and those that were lost, up to `target` contracts. What is
 * unresolved is never placed again: it may stand.
 */
export function completeRungs(
  draft: LadderDraft,
  ladder: BegunLadder,
  of: { readonly target: Decimal; readonly tolerance: Decimal; readonly instrument: Instrument },
): Completion {
  const current = [...draft.stops.values()].filter(
    ({ generation, rung }) => generation === ladder.generation && rung > 0,
  )
  const passed: PlannedStop[] = []
  const refused: RefusedStop[] = []
  cancelDoubles(draft, current)
  let shortage = sub(of.target, sumOf(current, draft, 'covers', 'on its way', 'unresolved'))
  for (const planned of ladder.rungs) {
    const latest = draft.attempts(ladder.generation, planned.rung).at(-1)
    if (signOf(shortage) <= 0) break
    if (latest !== undefined && standingOf(latest, draft) !== 'lost') continue
    const size = placeable(lesser(missingOf(planned, latest), shortage), of.instrument)
    if (size === undefined) continue
    shortage = sub(shortage, size)
    if (latest?.refusal === 'passed') passed.push(planned)
    else if (latest?.refusal === 'no room') refused.push({ stop: latest, instead: { ...planned, size } })
    else if (latest === undefined || mayRetry(latest, draft)) draft.place(ladder, { ...planned, size })
  }
  const standing = sumOf(current, draft, 'covers', 'on its way')
  const bare = sub(of.target, standing)
  return { isComplete: compareDecimals(bare, mul(of.target, of.tolerance)) <= 0, passed, refused }
}

/** A stop that was believed lost and stands after all is one too many beside its successor. */
function cancelDoubles(draft: LadderDraft, current: readonly LadderStop[]): void {
  const standing = current.filter(({ state }) => state === 'standing')
  for (const stop of standing)
    if (standing.some(({ rung, attempt }) => rung === stop.rung && attempt > stop.attempt)) draft.cancel(stop)
}

/** Contracts of a ladder's rungs that were not sent yet, or were lost and can be placed again. */
export function repairable(draft: LadderDraft, ladder: BegunLadder, instrument: Instrument): Decimal {
  const parts = ladder.rungs.map((planned) => {
    const latest = draft.attempts(ladder.generation, planned.rung).at(-1)
    if (latest !== undefined && standingOf(latest, draft) !== 'lost') return '0'
    return placeable(missingOf(planned, latest), instrument) ?? '0'
  })
  return add('0', ...parts)
}

/** Whether a stop that was lost may be placed again now. */
export function mayRetry({ attempt, since }: LadderStop, at: Moment): boolean {
  const waitMs = attempt === 0 ? 0 : Math.min(retryMs.most, retryMs.first * 2 ** Math.min(attempt, 10))
  return at.now - since >= patienceFor(at, waitMs)
}

function missingOf(planned: PlannedStop, latest: LadderStop | undefined): Decimal {
  return (latest === undefined ? planned.size : unfilled(latest)) ?? '0'
}

function placeable(size: Decimal, { lotSize, minQty }: Instrument): Decimal | undefined {
  if (lotSize === undefined) return undefined
  const whole = floorTo(size, lotSize)
  return compareDecimals(whole, ceilTo(minQty ?? lotSize, lotSize)) < 0 ? undefined : whole
}
