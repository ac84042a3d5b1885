import { abs, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Side } from '../model/order.ts'
import type { PositionSide } from '../model/position-report.ts'
import { countRungs } from './count-rungs.ts'
import type { RiskLimits } from './limits.ts'
import { splitSize } from './split-size.ts'
import { isBeyond, isReached, reachOf, shrinkTo, triggerAt, triggerBehind } from './stop-triggers.ts'
import type { Reach, StopGround } from './stop-triggers.ts'

/** A position, as far as its stops need it. */
export interface StopPosition {
  readonly symbol: string
  /** in hedge mode the side says what a stop closes; in one-way mode it is reduce-only */
  readonly side: PositionSide
  /** contracts, signed: negative is short */
  readonly size: Decimal
  readonly entryPrice: Decimal | undefined
  /** undefined where there is none */
  readonly liquidationPrice: Decimal | undefined
}

/** One stop of a ladder: a market order that reduces when the mark comes to its trigger. */
export interface PlannedStop {
  /** from 1, nearest first; 0 closes whatever is left */
  readonly rung: number
  /** contracts; undefined: whatever is left */
  readonly size: Decimal | undefined
  readonly triggerPrice: Decimal
}

/** The stops that a position should have. */
export interface StopLadder {
  readonly plan: 'ladder'
  /** what its stops do */
  readonly stopSide: Side
  readonly rungs: readonly PlannedStop[]
  /** undefined where no price is left for it */
  readonly closeAll: PlannedStop | undefined
  /** contracts that no rung takes: less than a lot, or more than slots and market maximum allow */
  readonly rest: Decimal
  /** contracts that the position must be reduced to, since its rungs were too near to liquidation; undefined: none were */
  readonly reduceTo: Decimal | undefined
}

/** none: there is nothing to protect, or nothing to reckon from; passed: the mark is beyond every rung. */
export type LadderPlan = StopLadder | { readonly plan: 'none' | 'passed'; readonly reason: string }

/** What a ladder is planned by. */
export interface LadderTerms {
  readonly instrument: Instrument
  readonly limits: RiskLimits
  /** how many stops this position may have at once, those of its replacement included */
  readonly slots: number
  /** rungs that this mark has passed are left out: they did their work already; undefined: none are */
  readonly passedBy?: Decimal | undefined
}

/** How many stops a ladder of some rungs needs, those included that stand while it is being replaced. */
export function slotsFor(rungs: number): number {
  // Of the stop that closes the rest only one can stand.
  return 2 * rungs + 1
}

/**
 * The ladder of a position. Rungs lie at their distances from the entry, and where that is beyond the allowed part of the
 * way to liquidation at its end: such a position may not be opened, and is reduced when it stands. All of the position is
 * on the rungs and the rest.
 */
export function planLadder(position: StopPosition, terms: LadderTerms): LadderPlan {
  const { instrument, limits } = terms
  const { tickSize, lotSize } = instrument
  const { entryPrice, liquidationPrice } = position
  const contracts = abs(position.size)
  const isLong = signOf(position.size) > 0
  if (contracts === '0') return { plan: 'none', reason: 'the position is flat' }
  if (entryPrice === undefined || signOf(entryPrice) <= 0)
    return { plan: 'none', reason: 'no entry price of the position is known' }
  if (tickSize === undefined || lotSize === undefined)
    return { plan: 'none', reason: `tick and lot of ${position.symbol} are not known` }
  const ground: StopGround = { isLong, entryPrice, liquidationPrice, tickSize }
  const reach = reachOf(ground, limits.liquidationShare)
  const levels = limits.rungs
    .map((distance) => toLevel(ground, distance, reach))
    .filter(
      ({ triggerPrice }) =>
        signOf(triggerPrice) > 0 &&
        (terms.passedBy === undefined || !isReached(isLong, terms.passedBy, triggerPrice)),
    )
  const [nearest] = levels
  if (nearest === undefined)
    return terms.passedBy === undefined
      ? { plan: 'none', reason: 'no price is left for a stop' }
      : { plan: 'passed', reason: 'the mark is beyond every rung' }
  const sizes = sizesOf(contracts, nearest.triggerPrice, lotSize, levels.length, terms)
  // Without rungs everything closes where the first of them would be.
  const at =
    sizes.length === 0
      ? [nearest]
      : sizes.map((_, rung) => levels[levelOf(rung, sizes.length, levels.length)] ?? nearest)
  const broken = at.findLast(({ isTooFar }) => isTooFar)
  const triggers = at.map(({ triggerPrice }) =>
    broken !== undefined && reach !== undefined && isBeyond(isLong, triggerPrice, reach.triggerPrice)
      ? reach.triggerPrice
      : triggerPrice,
  )
  const last = triggers.at(-1) ?? ''
  const rungs = sizes.map((size, rung) => ({ rung: rung + 1, size, triggerPrice: triggers[rung] ?? '' }))
  const closing = sizes.length === 0 ? last : triggerBehind(ground, last, limits.closeAllBehind)
  return {
    plan: 'ladder',
    stopSide: isLong ? 'sell' : 'buy',
    rungs,
    closeAll: signOf(closing) > 0 ? { rung: 0, size: undefined, triggerPrice: closing } : undefined,
    rest: sizes.reduce(sub, contracts),
    reduceTo:
      broken === undefined || liquidationPrice === undefined
        ? undefined
        : shrinkTo(ground, liquidationPrice, {
            size: contracts,
            lot: lotSize,
            away: broken.away,
            share: limits.liquidationShare,
          }),
  }
}

interface Level {
  /** how far from the entry it should be; in the price's unit */
  readonly away: Decimal
  readonly triggerPrice: Decimal
  readonly isTooFar: boolean
}

function toLevel(ground: StopGround, distance: Decimal, reach: Reach | undefined): Level {
  const triggerPrice = triggerAt(ground, distance)
  const isTooFar = reach !== undefined && isBeyond(ground.isLong, triggerPrice, reach.price)
  return { away: abs(sub(ground.entryPrice, triggerPrice)), triggerPrice, isTooFar }
}

/** Which of the levels a rung takes: one each, nearest first, or several rungs on one where they are more. */
function levelOf(at: number, rungs: number, levels: number): number {
  return rungs <= levels ? at : Math.floor((at * levels) / rungs)
}

function sizesOf(
  contracts: Decimal,
  price: Decimal,
  lot: Decimal,
  levels: number,
  terms: LadderTerms,
): Decimal[] {
  const { count, size } = countRungs(contracts, price, lot, levels, terms)
  return count === 0 ? [] : splitSize({ size, lot, most: terms.instrument.maxMarketQty }, count)
}
