import { abs, compareDecimals } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import { ExitDraft, patienceMs } from './exit-draft.ts'
import type { ExitJudgement } from './exit-draft.ts'
import type { ExitOrder, ExitState } from './exit-state.ts'
import { sizeExits } from './size-exits.ts'
import type { ExitTerms } from './size-exits.ts'

/** One source's word on the size of a position. */
export interface SizeWord {
  readonly source: string
  /** contracts, signed; 0 is the venue's explicit word */
  readonly size: Decimal
  /** venue time at which it was asked for; of a stream's word, when it was true */
  readonly askedAt: number
}

/** What the way out of a position is judged by. */
export interface ExitSight extends ExitTerms, Moment {
  readonly sizes: readonly SizeWord[]
  /** ids of the symbol's resting orders that are no stops, and when the venue was asked for them; undefined: never */
  readonly resting: { readonly ids: readonly string[]; readonly askedAt: number } | undefined
  /** ids of the stops that may stand */
  readonly stops: readonly string[]
}

// Real ms. Within a second it leaves, and the window of a request is two: what has not arrived by then never will.
const arrivesWithinMs = 3_100

/**
 * What to do next to leave a position. It is asked again after every word and every tenth of a second or so.
 *
 * Orders that rest are cancelled first, and are gone only when a list that was asked for later is without them: they would
 * hold the position against reduce-only orders, and open it again. Where it is urgent this is left out until the venue
 * minds them. Then the size is read, and market orders are sent for all of it, in slices within the market maximum; after
 * a refusal because the best price is beyond the venue's band, limit orders at the band that take what they can at once.
 * When all of them have ended, or can no longer arrive, the size is read again, and so on until two sources that were
 * asked after the last end say that it is out, and after what was on its way when it began. The stops stand all the while
 * and are cancelled last.
 */
export function judgeExit(state: ExitState, sight: ExitSight): ExitJudgement {
  const { now, resting } = sight
  const draft = new ExitDraft(state, sight)
  const arrivesMs = arrivesWithinMs * sight.rate
  const pending = state.exits.filter((exit) => mayTrade(exit, now, arrivesMs))
  if (pending.length > 0) {
    for (const exit of pending) draft.askAfter(exit)
    return draft.judged()
  }
  if (state.mustClear) {
    const since = Math.max(state.startedAt, state.askedAt.cancel, lastResting(state))
    if (resting === undefined || resting.askedAt < since) {
      draft.ask('orders', [{ do: 'read orders' }])
      return draft.judged()
    }
    if (resting.ids.length > 0) {
      draft.ask(
        'cancel',
        resting.ids.map((id) => ({ do: 'cancel order', id })),
      )
      return draft.judged()
    }
  }
  // What rested may have traded until it was gone.
  const since = Math.max(freshSince(state, arrivesMs), state.mustClear ? (resting?.askedAt ?? 0) : 0)
  const fresh = sight.sizes.filter(({ askedAt }) => askedAt > since)
  const inside = fresh.filter(({ size }) => compareDecimals(abs(size), state.to) > 0)
  const outside = fresh.filter((word) => !inside.includes(word))
  if (inside.length === 0 && sourcesOf(outside) >= 2) {
    // What was on its way when it began may have come since.
    const settledAt = state.mustClear ? state.startedAt + arrivesMs : 0
    const late = outside.filter(({ askedAt }) => askedAt >= settledAt)
    if ((resting?.askedAt ?? 0) < settledAt || sourcesOf(late) < 2) {
      if (now >= settledAt) draft.ask('size', [{ do: 'read orders' }, { do: 'read size' }])
      return draft.judged()
    }
    const stops = late.every(({ size }) => size === '0') ? sight.stops : []
    draft.ask(
      'stops',
      stops.map((id) => ({ do: 'cancel stop', id })),
    )
    return draft.judged({ isOut: true, isDone: stops.length === 0 })
  }
  const newest = inside.toSorted((a, b) => b.askedAt - a.askedAt)[0]
  if (newest === undefined || outside.some(({ askedAt }) => askedAt > newest.askedAt)) {
    draft.ask('size', [{ do: 'read size' }])
    return draft.judged()
  }
  const last = state.exits.filter(({ sentAt }) => sentAt === state.exits.at(-1)?.sentAt)
  if (
    last.some(({ refusal, endedAt }) => refusal === 'other' && now - endedAt < patienceFor(sight, patienceMs))
  )
    return draft.judged()
  const isBanded = last.some(({ refusal }) => refusal === 'band')
  const exits = sizeExits(newest.size, isBanded, state, sight)
  if (typeof exits === 'string') return draft.judged({ problem: exits })
  draft.send(exits)
  return draft.judged()
}

/** Whether an exit may still trade. */
function mayTrade({ state, sentAt }: ExitOrder, now: number, arrivesMs: number): boolean {
  return state === 'sent' && now - sentAt <= arrivesMs
}

/** Venue time after which a word on the size that is asked for knows of every exit. */
function freshSince({ startedAt, exits }: ExitState, arrivesMs: number): number {
  const ends = exits.map(({ state, sentAt, endedAt }) => (state === 'ended' ? endedAt : sentAt + arrivesMs))
  return Math.max(startedAt - 1, ...ends)
}

function sourcesOf(words: readonly SizeWord[]): number {
  return new Set(words.map(({ source }) => source)).size
}

function lastResting({ exits }: ExitState): number {
  return Math.max(0, ...exits.filter(({ refusal }) => refusal === 'resting').map(({ endedAt }) => endedAt))
}
