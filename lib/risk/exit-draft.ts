import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import type { ExitOrder, ExitState } from './exit-state.ts'

/**
 * What to do next to leave a position. read orders: ask the venue for the symbol's; read size: ask every source for the
 * position; both are answered by a new sight. send: this exit, once; ask: for it, by its id.
 */
export type ExitAction =
  | { readonly do: 'cancel order'; readonly id: string }
  | { readonly do: 'read orders' }
  | { readonly do: 'read size' }
  | { readonly do: 'send'; readonly exit: ExitOrder }
  | { readonly do: 'ask'; readonly id: string }
  | { readonly do: 'cancel stop'; readonly id: string }

/** The next state, in which every action counts as done, and the actions. */
export interface ExitJudgement {
  readonly state: ExitState
  readonly actions: readonly ExitAction[]
  /** whether two fresh sources say that no more is left than should be */
  readonly isOut: boolean
  /** whether, besides, no stop stands where nothing is left */
  readonly isDone: boolean
  /** why it cannot go on by itself; undefined when it can */
  readonly problem: string | undefined
}

// Venue ms between two askings of one thing.
export const patienceMs = 300
const keptExits = 40

/** A judgement in the making. */
export class ExitDraft {
  private readonly actions: ExitAction[] = []
  private state: ExitState
  private readonly now: number
  private readonly patienceMs: number

  constructor(state: ExitState, at: Moment) {
    this.state = state
    this.now = at.now
    this.patienceMs = patienceFor(at, patienceMs)
  }

  /** Does what was not done just now. */
  ask(what: keyof ExitState['askedAt'], actions: readonly ExitAction[]): void {
    if (actions.length === 0 || this.now - this.state.askedAt[what] < this.patienceMs) return
    this.state = { ...this.state, askedAt: { ...this.state.askedAt, [what]: this.now } }
    this.actions.push(...actions)
  }

  askAfter({ id, sentAt, askedAt }: ExitOrder): void {
    if (this.now - Math.max(sentAt, askedAt) < this.patienceMs) return
    const exits = this.state.exits.map((exit) => (exit.id === id ? { ...exit, askedAt: this.now } : exit))
    this.state = { ...this.state, exits }
    this.actions.push({ do: 'ask', id })
  }

  send(exits: readonly ExitOrder[]): void {
    const { exits: before, sent } = this.state
    this.state = { ...this.state, exits: [...before, ...exits].slice(-keptExits), sent: sent + exits.length }
    for (const exit of exits) this.actions.push({ do: 'send', exit })
  }

  judged(is: { isOut?: boolean; isDone?: boolean; problem?: string } = {}): ExitJudgement {
    const { isOut = false, isDone = false, problem } = is
    return { state: this.state, actions: this.actions, isOut, isDone, problem }
  }
}
