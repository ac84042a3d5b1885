import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { decodeTradingState } from '../model/trading-state.ts'
import type { TradingRules, TradingState } from '../model/trading-state.ts'
import { isStanding } from './listing-bans.ts'
import type { StoredBan } from './listing-bans.ts'

/** What stands over an account at one moment. */
export interface AccountRules {
  readonly state: TradingState | undefined
  /** symbol or ALL -> the ban that is stored, the ended ones too */
  readonly bans: ReadonlyMap<string, StoredBan>
}

/** Reads the trading state and the bans in one step. */
export async function readAccountRules(
  { redis, keys }: Hub,
  { venue, account }: AccountOf,
): Promise<AccountRules> {
  const answers = await redis
    .multi()
    .get(keys.tradingState(venue, account))
    .hgetall(keys.bans(venue, account))
    .exec()
  const [state, bans] = (answers ?? []).map(([error, value]) => {
    if (error !== null) throw error
    return value
  })
  return {
    state: decodeTradingState(state as string | null),
    bans: new Map(
      Object.entries((bans ?? {}) as Record<string, string>).map(([symbol, text]) => [
        symbol,
        JSON.parse(text) as StoredBan,
      ]),
    ),
  }
}

/** What stands over a symbol. */
export function rulesOf({ state, bans }: AccountRules, symbol: string): TradingRules {
  return { state, symbolBan: bans.get(symbol), accountBan: bans.get('ALL') }
}

/** Whether something stands over any symbol at `now`, venue time. */
export function isRestricted({ state, bans }: AccountRules, now: number): boolean {
  return state !== 'active' || [...bans.values()].some((ban) => isStanding(ban, now))
}
