import { abs, ceilTo, compareDecimals, floorTo, lesser, mul, signOf, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import type { Side } from '../model/order.ts'
import type { PositionSide } from '../model/position-report.ts'
import type { RiskLimits } from './limits.ts'
import { fewestParts, lotsIn, splitSize } from './split-size.ts'
import { isBeyond, isReached, reachOf, shrinkTo, triggerAt, triggerBehind } from './stop-triggers.ts'
import type { StopGround } from './stop-triggers.ts'

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
  const lot = lotSize
  const ground: StopGround = { isLong, entryPrice, liquidationPrice, tickSize }
  const levels = toLevels(ground, limits)
  const asWanted = place(levels)
  // Only what is used may break the rule: few lots need not come to the far levels.
  const { nearest, sizes, used } = asWanted.used.some(({ isTooFar }) => isTooFar)
    ? place(pullIn(levels, ground, limits))
    : asWanted
  if (nearest === undefined)
    return terms.passedBy === undefined
      ? { plan: 'none', reason: 'no price is left for a stop' }
      : { plan: 'passed', reason: 'the mark is beyond every rung' }
  const rungs = sizes.map((size, at) => ({ rung: at + 1, size, triggerPrice: used[at]?.triggerPrice ?? '' }))
  const last = used.at(-1)
  const broken = used.findLast(({ isTooFar }) => isTooFar)
  // Without rungs everything closes where the first of them would be.
  const closing =
    last === undefined
      ? nearest.triggerPrice
      : triggerBehind(ground, last.triggerPrice, limits.closeAllBehind)
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

  /** The parts of the position on those of the levels that can stand. */
  function place(of: readonly Level[]): { nearest: Level | undefined; sizes: Decimal[]; used: Level[] } {
    const there = of.filter(
      ({ triggerPrice }) =>
        signOf(triggerPrice) > 0 &&
        (terms.passedBy === undefined || !isReached(isLong, terms.passedBy, triggerPrice)),
    )
    const [first] = there
    if (first === undefined) return { nearest: undefined, sizes: [], used: [] }
    const parts = sizesOf(contracts, first.triggerPrice, lot, there.length, terms)
    const on = parts.map((_, at) => there[levelOf(at, parts.length, there.length)] ?? first)
    return { nearest: first, sizes: parts, used: on }
  }
}

interface Level {
  /** how far from the entry it should be; in the price's unit */
  readonly away: Decimal
  readonly triggerPrice: Decimal
  readonly isTooFar: boolean
}

function toLevels(ground: StopGround, limits: RiskLimits): Level[] {
  const { isLong, entryPrice } = ground
  const reach = reachOf(ground, limits.liquidationShare)
  return limits.rungs.map((distance) => {
    const triggerPrice = triggerAt(ground, distance)
    const isTooFar = reach !== undefined && isBeyond(isLong, triggerPrice, reach.price)
    return { away: abs(sub(entryPrice, triggerPrice)), triggerPrice, isTooFar }
  })
}

/** The levels with those that lie beyond the reach at its end. */
function pullIn(levels: readonly Level[], ground: StopGround, limits: RiskLimits): Level[] {
  const reach = reachOf(ground, limits.liquidationShare)
  return levels.map((level) =>
    reach !== undefined && isBeyond(ground.isLong, level.triggerPrice, reach.triggerPrice)
      ? { ...level, triggerPrice: reach.triggerPrice }
      : level,
  )
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
  const { minNotional, maxMarketQty, contractSize } = terms.instrument
  const minQty = ceilTo(terms.instrument.minQty ?? lot, lot)
  const whole = floorTo(contracts, lot)
  if (whole === '0' || compareDecimals(whole, minQty) < 0) return []
  const split = { size: whole, lot, most: maxMarketQty }
  const fewest = fewestParts(split)
  // A ladder of one rung can be replaced rung by rung where there is no room for two.
  const bySlots = terms.slots < 2 ? 0 : Math.max(1, Math.floor((terms.slots - 1) / 2))
  const byLots = timesIn(whole, minQty)
  const byNotional =
    minNotional === undefined ? levels : Math.max(1, timesIn(mul(whole, contractSize, price), minNotional))
  const count = Math.min(bySlots, byLots, Math.max(fewest, Math.min(levels, byNotional)))
  if (count === 0 || fewest === Infinity) return []
  const mostOfAll = maxMarketQty === undefined ? whole : mul(floorTo(maxMarketQty, lot), String(count))
  return splitSize({ ...split, size: lesser(whole, mostOfAll) }, count)
}

function timesIn(whole: Decimal, part: Decimal): number {
  return Number(lotsIn(floorTo(whole, part), part))
}
