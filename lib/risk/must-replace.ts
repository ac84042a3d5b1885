import { abs, add, compareDecimals, lesser, mul, sub } from '../model/decimal.ts'
import type { Decimal } from '../model/decimal.ts'
import type { Instrument } from '../model/instrument.ts'
import { patienceFor } from '../model/moment.ts'
import { repairable } from './complete-ladder.ts'
import { sumOf } from './ladder-cover.ts'
import type { LadderDraft } from './ladder-draft.ts'
import type { BegunLadder, LadderStop } from './ladder-state.ts'
import type { RiskLimits } from './limits.ts'
import type { StopPosition } from './stop-ladder.ts'
import { isBeyond, reachOf } from './stop-triggers.ts'
import type { StopGround } from './stop-triggers.ts'

// Venue ms in which the venue's answer on a stop is waited for before the whole ladder is judged.
const settleMs = 500
// Venue ms in which a stop that made the position smaller is told of. Too much cover does no harm: stops only reduce.
const newsMs = 1_000

/**
 * Why a ladder must be succeeded by another: its size is too far from the position's, or a rung of it is out of its place.
 * undefined: it need not, or its own rungs are on their way yet.
 */
export function mustReplace(
  draft: LadderDraft,
  ladder: BegunLadder,
  of: {
    readonly position: StopPosition & { readonly time: number }
    readonly entryPrice: Decimal
    /** contracts that rungs should cover */
    readonly target: Decimal
    readonly instrument: Instrument
    readonly limits: RiskLimits
    /** how many rungs the venue has room for; undefined: for all */
    readonly mostRungs: number | undefined
  },
): string | undefined {
  if (of.mostRungs !== undefined && ladder.rungs.length > of.mostRungs)
    return `the venue has room for ${of.mostRungs} rungs only`
  const { now } = draft
  const current = [...draft.stops.values()].filter(
    ({ generation, rung }) => generation === ladder.generation && rung > 0,
  )
  if (current.some(({ state, since }) => state === 'sent' && now - since < patienceFor(draft, settleMs)))
    return undefined
  const { limits, target } = of
  const standing = sumOf(current, draft, 'covers')
  const most = add(standing, mul(standing, limits.replaceBeyond))
  const least = sub(standing, mul(standing, limits.replaceBeyond))
  if (compareDecimals(target, least) < 0 && now - of.position.time >= patienceFor(draft, newsMs))
    return `the position is ${target}, its ladder ${standing}`
  const coming = add(
    sumOf(current, draft, 'on its way', 'unresolved'),
    repairable(draft, ladder, of.instrument),
  )
  const possible = add(most, coming)
  if (compareDecimals(target, possible) > 0)
    return `the position is ${target}, its ladder ${add(standing, coming)}`
  const broken = current.find((stop) => stop.state === 'standing' && isOutOfPlace(stop, of))
  return broken === undefined
    ? undefined
    : `rung ${broken.rung} at ${broken.triggerPrice} is out of its place`
}

/** Whether a standing stop is nearer than the nearest rung may be, or farther than the farthest. */
export function isOutOfPlace(
  { triggerPrice, stopSide }: Pick<LadderStop, 'triggerPrice' | 'stopSide'>,
  of: {
    readonly position: Pick<StopPosition, 'liquidationPrice'>
    readonly entryPrice: Decimal
    readonly instrument: Instrument
    readonly limits: RiskLimits
  },
): boolean {
  const { entryPrice, instrument, limits } = of
  const isLong = stopSide === 'sell'
  const { liquidationPrice } = of.position
  const tickSize = instrument.tickSize ?? '0'
  const ground: StopGround = { isLong, entryPrice, liquidationPrice, tickSize }
  const reach = reachOf(ground, limits.liquidationShare)
  if (reach !== undefined && isBeyond(isLong, triggerPrice, reach.price)) return true
  const signed = isLong ? sub(entryPrice, triggerPrice) : sub(triggerPrice, entryPrice)
  const slack = add(mul(entryPrice, limits.rungTolerance), tickSize)
  const farthest = mul(entryPrice, limits.rungs.at(-1) ?? '0')
  const nearest = mul(entryPrice, limits.rungs[0] ?? '0')
  const pulled = reach === undefined ? nearest : lesser(nearest, abs(sub(entryPrice, reach.triggerPrice)))
  return compareDecimals(signed, add(farthest, slack)) > 0 || compareDecimals(signed, sub(pulled, slack)) < 0
}
