import { abs, compareDecimals, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import { countRungs } from './count-rungs.ts'
import type { LadderTerms, StopPosition } from './stop-ladder.ts'
import { isBeyond, reachOf, triggerAt } from './stop-triggers.ts'

/** How a position's ladder would be: `rest` are the contracts that no rung takes. */
export type LadderFit =
  | { readonly fits: true; readonly rungs: number }
  | { readonly fits: false; readonly why: 'unknown' | 'liquidation' }
  | { readonly fits: false; readonly why: 'slots'; readonly rest: Decimal }

/** Whether `planLadder` has a whole ladder for a position, without planning it: this is asked before every order. */
export function fitLadder(position: StopPosition, terms: LadderTerms): LadderFit {
  const { instrument, limits } = terms
  const { tickSize, lotSize } = instrument
  const { entryPrice, liquidationPrice, size } = position
  if (tickSize === undefined || lotSize === undefined || entryPrice === undefined || signOf(entryPrice) <= 0)
    return { fits: false, why: 'unknown' }
  const ground = { isLong: signOf(size) > 0, entryPrice, liquidationPrice, tickSize }
  const first = triggerAt(ground, limits.rungs[0] ?? '0')
  if (signOf(first) <= 0) return { fits: false, why: 'unknown' }
  const rungs = countRungs(abs(size), first, lotSize, limits.rungs.length, terms)
  const rest = sub(abs(size), rungs.size)
  if (rungs.count === 0 || compareDecimals(rest, lotSize) >= 0) return { fits: false, why: 'slots', rest }
  const last = limits.rungs[Math.min(rungs.count, limits.rungs.length) - 1] ?? '0'
  const reach = reachOf(ground, limits.liquidationShare)
  const isTooFar = reach !== undefined && isBeyond(ground.isLong, triggerAt(ground, last), reach.price)
  return isTooFar ? { fits: false, why: 'liquidation' } : { fits: true, rungs: rungs.count }
}
