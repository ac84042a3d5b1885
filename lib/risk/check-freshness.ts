import type { RiskLimits } from './limits.ts'
import type { Freshness } from './order-facts.ts'
import { denied } from './order-verdict.ts'
import type { Denial } from './order-verdict.ts'

const stale = [
  ['the mark price', 'markAgeMs'],
  ['the market', 'marketAgeMs'],
  ['the account', 'accountAgeMs'],
  ['the income', 'incomeAgeMs'],
] as const
const actors = [
  ['risk', 'riskBeatAgeMs'],
  ['order', 'orderBeatAgeMs'],
] as const

/** Why nothing may be opened on what is known; undefined when it may. */
export function checkFreshness(freshness: Freshness, limits: RiskLimits): Denial | undefined {
  for (const [what, name] of stale) {
    const age = freshness[name]
    if (age === undefined) return denied('stale', `${what} is not known`)
    if (!(age <= limits[name])) return denied('stale', `${what} is ${age} ms old, ${limits[name]} at most`)
  }
  for (const [actor, name] of actors) {
    const age = freshness[name]
    if (age === undefined) return denied('actor', `no ${actor} actor is alive`)
    if (!(age <= limits.beatAgeMs))
      return denied('actor', `the ${actor} actor is silent for ${age} ms, ${limits.beatAgeMs} at most`)
  }
  return undefined
}
