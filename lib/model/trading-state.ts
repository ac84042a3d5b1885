import { InvariantError } from './errors.ts'
import type { IntentClass } from './order.ts'

/** active: all goes; reducing: no new risk; halted: stops and the way out only. */
export type TradingState = 'active' | 'reducing' | 'halted'

/** Why a symbol, or the whole account, takes no new risk for a while. */
export interface Ban {
  readonly reason: string
  /** venue time */
  readonly since: number
  /** venue time at which it ends by itself; null: by hand only */
  readonly until: number | null
}

/** What stands over a symbol of an account. */
export interface TradingRules {
  /** undefined: the state is missing, which means halted */
  readonly state: TradingState | undefined
  readonly symbolBan: Ban | undefined
  readonly accountBan: Ban | undefined
}

const states: readonly string[] = ['active', 'reducing', 'halted']

/** Why an intent of a class may not go on at `now` (venue time); undefined when it may. */
export function forbids(rules: TradingRules, intentClass: IntentClass, now: number): string | undefined {
  // What protects, and what ends orders, goes in every state: a flatten is made of these.
  if (intentClass === 'protect' || intentClass === 'cancel') return undefined
  const { state, symbolBan, accountBan } = rules
  if (state === undefined) return 'trading is halted: its state is missing'
  if (state === 'halted') return 'trading is halted'
  if (intentClass === 'reduce') return undefined
  if (state === 'reducing') return 'trading is reducing'
  if (isBanned(accountBan, now)) return `the account is banned: ${accountBan?.reason}`
  if (isBanned(symbolBan, now)) return `the symbol is banned: ${symbolBan?.reason}`
  return undefined
}

/** Whether the resting orders of a class must be cancelled at `now`: what would be denied now may not rest either. */
export function mustCancel(rules: TradingRules, intentClass: IntentClass, now: number): boolean {
  return intentClass === 'open' && forbids(rules, 'open', now) !== undefined
}

/** Whether a ban holds at `now`, venue time. */
export function isBanned(ban: Ban | undefined, now: number): boolean {
  return ban !== undefined && (ban.until === null || now < ban.until)
}

/** The state that a stored text tells; undefined where nothing, or no state, is stored. */
export function decodeTradingState(text: string | null | undefined): TradingState | undefined {
  return text !== null && text !== undefined && states.includes(text) ? (text as TradingState) : undefined
}

/** A ban as it is stored. */
export function encodeBan({ reason, since, until }: Ban): string {
  return JSON.stringify({ reason, since, until })
}

/** The ban that a stored text tells. */
export function decodeBan(text: string): Ban {
  const { reason, since, until } = JSON.parse(text) as Partial<Ban>
  if (
    typeof reason !== 'string' ||
    typeof since !== 'number' ||
    (until !== null && typeof until !== 'number')
  )
    throw new InvariantError(`a stored ban must have reason, since and until, was ${text}`)
  return { reason, since, until }
}
