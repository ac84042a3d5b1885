import type { PollCost } from '../exchange/exchange.ts'
import type { Clock } from '../hub/clock.ts'
import type { EgressClass, Flow } from '../model/egress-budget.ts'
import type { Egress } from './egress.ts'

/** Polls that have a part of a limit for themselves. */
export interface PollFlow {
  readonly flow: Flow
  /** name of the limit that the part is of */
  readonly limit: string
  /** how many of them are made in a real second */
  perSecond(): number
}

// A little slower than the share allows, so that jitter does not run into it.
const slack = 0.98
// A window holds whole polls only, and few heavy ones: the pace may be slower than the share says, and is waited for.
const patiencePeriods = 1.5
const leastPatienceMs = 2_000

/** Polls that have `share` of the limit that is scarcest for them, or less where so many bring nothing new. */
export function openPollFlow(
  { egress, clock }: { readonly egress: Egress; readonly clock: Clock },
  of: {
    readonly name: string
    readonly egressClass: EgressClass
    readonly share: number
    readonly cost: PollCost
  },
): PollFlow {
  const { charge, mostPerSecond = Infinity } = of.cost
  const all = () => egress.perSecond(of.egressClass, charge)
  const share = Math.min(of.share, (mostPerSecond * clock.rate) / all())
  const patienceMs = Math.max(leastPatienceMs, (patiencePeriods * 1_000) / (all() * share))
  return {
    flow: { name: of.name, share, usualWeight: charge.amount, patienceMs },
    limit: charge.limit.name,
    perSecond: () => all() * share * slack,
  }
}
