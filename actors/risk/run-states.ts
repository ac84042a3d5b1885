import { readBans, isStanding } from '../../lib/account/listing-bans.ts'
import { dropEndedBans } from '../../lib/account/loss-bans.ts'
import { readTradingState } from '../../lib/account/trading-states.ts'
import type { StoredTradingState } from '../../lib/account/trading-states.ts'
import type { Condition } from '../../lib/hub/conditions.ts'
import { keepConditions } from '../../lib/hub/keep-conditions.ts'
import { repeat } from './repeat.ts'
import type { RiskActor, RiskPart } from './risk-actor.ts'

// Real ms.
const everyMs = 500

/** Tells for as long as it stands that an account is not active, and what is banned; bans that are over are dropped. */
export function runStates(actor: RiskActor): RiskPart {
  const { hub, of } = actor
  const timer = repeat(hub, { what: 'the trading state was not told', everyMs }, async () => {
    if (!actor.isLeader()) return
    const now = Math.floor(hub.clock.now())
    await dropEndedBans(hub, of, now)
    const [stored, bans] = await Promise.all([readTradingState(hub, of), readBans(hub, of)])
    await keepConditions(hub, of, 'trading ', toConditions(stored, now))
    const standing = new Map<string, Condition>()
    for (const [symbol, ban] of bans) {
      const { since, until, reason } = ban
      // Those by the listing have a condition of their own.
      if (ban.by === 'listing' || !isStanding(ban, now)) continue
      const what = symbol === 'ALL' ? 'nothing may be opened' : `${symbol} may not be opened`
      const end = until === null ? 'until somebody lifts it' : `until ${new Date(until).toISOString()}`
      standing.set(`ban ${symbol}`, { since, text: `${what} ${end}: ${reason}`, symbol })
    }
    await keepConditions(hub, of, 'ban ', standing)
  })
  return { tell: () => ({}), stop: () => timer.stop() }
}

function toConditions({ state, change }: StoredTradingState, now: number): Map<string, Condition> {
  if (state === 'active') return new Map()
  if (state === undefined) {
    const text = 'trading is halted: its state is missing, and `sluice resume` sets it'
    return new Map([['trading missing', { since: now, text, severity: 'critical' }]])
  }
  const why = change?.state === state ? `: ${change.reason}` : ''
  const text = `trading is ${state}${why}`
  const severity = state === 'halted' ? 'critical' : 'warning'
  return new Map([[`trading ${state}`, { since: change?.time ?? now, text, severity }]])
}
