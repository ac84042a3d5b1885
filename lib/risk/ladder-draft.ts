import { compareDecimals } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import { stopIdOf } from '../model/stop-id.ts'
import type { StopOwner } from '../model/stop-id.ts'
import { mayStand, toSentStop } from './ladder-state.ts'
import type { BegunLadder, LadderStop } from './ladder-state.ts'
import type { PlannedStop } from './stop-ladder.ts'

/**
 * What to do next for a position's stops. place: send this stop, once; ask: ask the venue for it by its id; cancel: by its
 * id; exit: close at the market, reduce-only, until this many contracts are left.
 */
export type LadderAction =
  | { readonly do: 'place'; readonly stop: LadderStop }
  | { readonly do: 'ask'; readonly id: string }
  | { readonly do: 'cancel'; readonly id: string }
  | { readonly do: 'exit'; readonly to: Decimal; readonly reason: string }

// Venue ms between two questions, or two cancels, of one stop.
const patienceMs = 500

// One that is stuck is asked after for ever, but not twice in a second.
const mostPatienceMs = 30_000

/** Venue ms between two questions after a stop: more and more while it was triggered and nothing comes of it. */
function askAgainMs({ state, since }: LadderStop, at: Moment): number {
  const isTriggered = state === 'triggering' || state === 'triggered'
  const leastMs = patienceFor(at, patienceMs)
  return isTriggered ? Math.max(leastMs, Math.min(mostPatienceMs, (at.now - since) / 10)) : leastMs
}

/** A judgement in the making: what is to be done is known of each stop at once. */
export class LadderDraft implements Moment {
  readonly actions: LadderAction[] = []
  readonly owner: StopOwner
  readonly now: number
  readonly rate: number
  private readonly byId: Map<string, LadderStop>

  constructor(owner: StopOwner, { now, rate }: Moment, stops: ReadonlyMap<string, LadderStop>) {
    this.owner = owner
    this.now = now
    this.rate = rate
    this.byId = new Map(stops)
  }

  get stops(): ReadonlyMap<string, LadderStop> {
    return this.byId
  }

  /** The attempts at a rung of a ladder, oldest first. */
  attempts(generation: number, rung: number): LadderStop[] {
    return [...this.byId.values()]
      .filter((stop) => stop.generation === generation && stop.rung === rung)
      .toSorted((a, b) => a.attempt - b.attempt)
  }

  /** Sends a stop of a ladder under an id of its own. */
  place({ generation, stopSide }: BegunLadder, { rung, size, triggerPrice }: PlannedStop): void {
    const attempt = (this.attempts(generation, rung).at(-1)?.attempt ?? -1) + 1
    const id = stopIdOf(this.owner, { generation, rung, attempt })
    const stop = toSentStop({ id, generation, rung, attempt, stopSide, size, triggerPrice }, this.now)
    this.byId.set(id, stop)
    // Whatever there is little of, room or time: the one that closes everything goes first.
    if (rung === 0) this.actions.unshift({ do: 'place', stop })
    else this.actions.push({ do: 'place', stop })
  }

  /** Asks for the end of a stop that stands, if that was not done just now; one of unknown outcome is asked after first. */
  cancel(stop: LadderStop): void {
    if (stop.state !== 'standing' || this.now - stop.cancelledAt < patienceFor(this, patienceMs)) return
    this.change(stop, { cancelledAt: this.now })
    this.actions.push({ do: 'cancel', id: stop.id })
  }

  /** Asks after a stop, if that was not done just now. */
  ask(stop: LadderStop): void {
    if (this.now - stop.askedAt < askAgainMs(stop, this)) return
    this.change(stop, { askedAt: this.now, isDoubted: false })
    this.actions.push({ do: 'ask', id: stop.id })
  }

  /** Closes at the market until `to` contracts are left; of several the fewest. */
  exit(to: Decimal, reason: string): void {
    const at = this.actions.findIndex((action) => action.do === 'exit')
    const before = this.actions[at]
    if (before?.do === 'exit' && compareDecimals(before.to, to) <= 0) return
    if (before !== undefined) this.actions.splice(at, 1)
    this.actions.push({ do: 'exit', to, reason })
  }

  change(stop: LadderStop, by: Partial<LadderStop>): void {
    this.byId.set(stop.id, { ...(this.byId.get(stop.id) ?? stop), ...by })
  }

  /** Asks for the end of all stops that may stand, of those that `choose` takes. */
  cancelAll(choose: (stop: LadderStop) => boolean): void {
    for (const stop of this.byId.values()) if (mayStand(stop) && choose(stop)) this.cancel(stop)
  }
}
