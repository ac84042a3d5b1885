import type { Decimal } from '../model/decimal.ts'
import type { OrderType, Side } from '../model/order.ts'
import type { PositionSide } from '../model/position-report.ts'

/** Why a venue would not have an exit. band: the best price is beyond its percent-price filter; resting: other orders hold the position. */
export type ExitRefusal = 'band' | 'resting' | 'other'

/** An order that makes a position smaller, reduce-only. */
export interface ExitOrder {
  /** client order id */
  readonly id: string
  readonly side: Side
  readonly type: OrderType
  /** of a limit order, which takes what it can at once */
  readonly price: Decimal | undefined
  /** contracts */
  readonly size: Decimal
  /** ended: nothing of it can trade any more */
  readonly state: 'sent' | 'ended'
  /** venue time */
  readonly sentAt: number
  /** venue time; 0 while it may trade */
  readonly endedAt: number
  /** undefined unless the venue would not have it */
  readonly refusal: ExitRefusal | undefined
  readonly askedAt: number
}

/** The way out of one position, as far as it has come. */
export interface ExitState {
  readonly symbol: string
  readonly side: PositionSide
  /** venue time */
  readonly startedAt: number
  /** contracts to leave; 0 closes all */
  readonly to: Decimal
  /** the exits that were sent, oldest first; of those that ended the last few */
  readonly exits: readonly ExitOrder[]
  /** how many were sent in all */
  readonly sent: number
  /** venue times at which something was last asked for; 0 never */
  readonly askedAt: {
    readonly cancel: number
    readonly orders: number
    readonly size: number
    readonly stops: number
  }
  /** whether resting orders must be cancelled before anything is sent */
  readonly mustClear: boolean
}

/** The beginning of a way out. Where it is urgent, resting orders are cancelled only if the venue minds them. */
export function beginExit(of: {
  readonly symbol: string
  readonly side: PositionSide
  readonly to: Decimal
  readonly now: number
  readonly isUrgent: boolean
}): ExitState {
  const { symbol, side, to, now, isUrgent } = of
  const askedAt = { cancel: 0, orders: 0, size: 0, stops: 0 }
  return { symbol, side, startedAt: now, to, exits: [], sent: 0, askedAt, mustClear: !isUrgent }
}

// Venue ms.
const longestMs = 10_000

/** Whether a way out takes so long that a person must be told. */
export function isLate({ startedAt }: { readonly startedAt: number }, now: number): boolean {
  return now - startedAt > longestMs
}

/** What became of an exit; words may come twice. `time` is venue time. */
export interface ExitWord {
  readonly id: string
  readonly time: number
  /** undefined: it ended, traded or not */
  readonly refusal: ExitRefusal | undefined
}

/** The state after the end of an exit was heard. */
export function hearExitEnd(state: ExitState, { id, time, refusal }: ExitWord): ExitState {
  const exits = state.exits.map((exit) =>
    exit.id === id && exit.state === 'sent'
      ? { ...exit, state: 'ended' as const, endedAt: time, refusal }
      : exit,
  )
  // The venue minds what rests: it has to go first.
  return { ...state, exits, mustClear: state.mustClear || refusal === 'resting' }
}
