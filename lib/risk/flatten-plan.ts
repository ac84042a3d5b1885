import type { Moment } from '../model/moment.ts'
import type { PositionSide } from '../model/position-report.ts'
import type { ExitAction } from './exit-draft.ts'
import { beginExit, isLate } from './exit-state.ts'
import type { ExitState } from './exit-state.ts'
import { judgeExit } from './judge-exit.ts'
import type { ExitSight } from './judge-exit.ts'

/** How far the flattening of an account has come. */
export interface FlattenState {
  /** venue time */
  readonly startedAt: number
  /** `SYMBOL/side` -> its way out */
  readonly exits: ReadonlyMap<string, ExitState>
}

/** A position or a symbol with orders, and what is known of it. */
export interface FlattenedPosition extends ExitSight {
  readonly symbol: string
  readonly side: PositionSide
}

export type FlattenAction =
  | { readonly do: 'halt' }
  | { readonly do: 'exit'; readonly of: string; readonly action: ExitAction }

/** The next state, in which every action counts as done, and the actions. */
export interface FlattenJudgement {
  readonly state: FlattenState
  readonly actions: readonly FlattenAction[]
  /** whether nothing is left: no position, no order, no stop */
  readonly isDone: boolean
  /** whether a person must be told how long it takes */
  readonly isLate: boolean
  /** `SYMBOL/side` -> why it cannot go on by itself */
  readonly problems: ReadonlyMap<string, string>
}

// Real ms. Where the state cannot be written the way out does not wait for it any longer.
const haltMs = 1_000

/** The beginning of a flatten at `now`, venue time. */
export function beginFlatten(now: number): FlattenState {
  return { startedAt: now, exits: new Map() }
}

/**
 * What to do next to flatten an account: trading is halted first, so that nothing is opened behind it, and then each
 * position goes its way out, by `judgeExit`, without waiting for the others. `positions` holds, by `SYMBOL/side`, whatever
 * has a position, an order or a stop; what is done may stay in it.
 */
export function judgeFlatten(
  state: FlattenState,
  sight: Moment & {
    readonly isHalted: boolean
    readonly positions: ReadonlyMap<string, FlattenedPosition>
  },
): FlattenJudgement {
  const { now, isHalted, positions } = sight
  const actions: FlattenAction[] = isHalted ? [] : [{ do: 'halt' }]
  const problems = new Map<string, string>()
  const mayLeave = isHalted || now - state.startedAt >= haltMs * sight.rate
  const exits = new Map(state.exits)
  let isDone = isHalted
  for (const [of, position] of positions) {
    if (!mayLeave) break
    const { symbol, side } = position
    const exit = exits.get(of) ?? beginExit({ symbol, side, to: '0', now, isUrgent: false })
    const judgement = judgeExit(exit, position)
    exits.set(of, judgement.state)
    for (const action of judgement.actions) actions.push({ do: 'exit', of, action })
    if (judgement.problem !== undefined) problems.set(of, judgement.problem)
    if (!judgement.isDone) isDone = false
  }
  return {
    state: { ...state, exits },
    actions,
    isDone: isDone && mayLeave,
    isLate: !isDone && isLate(state, now),
    problems,
  }
}
