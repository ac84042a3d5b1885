import { abs, add, compareDecimals, lesser, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { patienceFor } from '../model/moment.ts'
import type { Moment } from '../model/moment.ts'
import { unfilled } from './ladder-state.ts'
import type { LadderStop } from './ladder-state.ts'

// Venue ms. A triggered stop is a market order: longer than this it is no cover.
const onItsWayMs = 1_000
// Venue ms after which a position has surely been told with what a stop of it has traded.
const caughtUpMs = 2_000

/**
 * covers: acknowledged and waiting; on its way: triggered just now; unresolved: nobody knows; done: it did what it was
 * for; lost: it never will.
 */
export type StopStanding = 'covers' | 'on its way' | 'unresolved' | 'done' | 'lost'

/** What a stop does for its position at a moment. */
export function standingOf(stop: LadderStop, at: Moment): StopStanding {
  switch (stop.state) {
    case 'standing':
      return 'covers'
    case 'sent':
      return 'unresolved'
    case 'triggering':
    case 'triggered':
      if (unfilled(stop) === '0') return 'done'
      return at.now - stop.since <= patienceFor(at, onItsWayMs) ? 'on its way' : 'lost'
    case 'finished':
      return unfilled(stop) === '0' ? 'done' : 'lost'
    case 'cancelled':
    case 'expired':
    case 'rejected':
    case 'refused':
    case 'absent':
      return 'lost'
  }
}

/** Contracts of some stops by what they do; those without a size of their own count for nothing. */
export function sumOf(stops: readonly LadderStop[], at: Moment, ...of: readonly StopStanding[]): Decimal {
  const counted = stops.filter((stop) => stop.size !== undefined && of.includes(standingOf(stop, at)))
  return add('0', ...counted.map((stop) => unfilled(stop) ?? '0'))
}

/**
 * Contracts that a position of `size` needs stops for: without what its stops have traded and the position does not show
 * yet. `time` is the venue time of the position's last change.
 */
export function neededCover(
  position: { readonly size: Decimal; readonly time: number },
  stops: readonly LadderStop[],
  at: Moment,
): Decimal {
  const unseen = stops.flatMap(({ filled, fills }) => {
    const last = fills.at(-1)
    if (last === undefined || last.time <= position.time || at.now - last.time > patienceFor(at, caughtUpMs))
      return []
    return sub(filled, fills.findLast(({ time }) => time <= position.time)?.filled ?? '0')
  })
  const left = sub(abs(position.size), add('0', ...unseen))
  return signOf(left) > 0 ? left : '0'
}

/** What stands between a position and the loss of more than its stops allow, in contracts. */
export interface Cover {
  readonly needed: Decimal
  /** of rungs that are acknowledged and wait, or were triggered just now */
  readonly rungs: Decimal
  /** of the stop that closes whatever is left: no more than the venue takes in one market order */
  readonly closeAll: Decimal
  readonly isCovered: boolean
}

// Venue ms.
const longestBareMs = 3_000

/** Whether a position is without cover for so long that a person must be told. */
export function isBareTooLong(
  { uncoveredSince }: { readonly uncoveredSince: number | undefined },
  now: number,
): boolean {
  return uncoveredSince !== undefined && now - uncoveredSince > longestBareMs
}

/** The cover of a position that needs `needed`; a part of it up to `tolerance` may be without. */
export function coverOf(
  needed: Decimal,
  stops: readonly LadderStop[],
  by: { readonly at: Moment; readonly tolerance: Decimal; readonly maxMarketQty: Decimal | undefined },
): Cover {
  const rungs = lesser(needed, sumOf(stops, by.at, 'covers', 'on its way'))
  const left = sub(needed, rungs)
  const closes = stops.some(
    (stop) => stop.size === undefined && ['covers', 'on its way'].includes(standingOf(stop, by.at)),
  )
  const closeAll = !closes ? '0' : by.maxMarketQty === undefined ? left : lesser(left, by.maxMarketQty)
  const bare = sub(left, closeAll)
  return { needed, rungs, closeAll, isCovered: compareDecimals(bare, mul(needed, by.tolerance)) <= 0 }
}
