import { tradingStateWrite } from '../../lua/trading-state-write.ts'
import { readVenueClock } from '../hub/venue-clock.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { decodeTradingState } from '../model/trading-state.ts'
import type { TradingState } from '../model/trading-state.ts'

/** The last change of an account's trading state. */
export interface TradingChange {
  readonly state: TradingState
  readonly reason: string
  /** venue time */
  readonly time: number
  readonly by: 'person' | 'rule'
}

/** Whether an account may trade. */
export interface StoredTradingState {
  /** undefined: missing, which means halted */
  readonly state: TradingState | undefined
  /** venue time at which a state was last written where none stood; undefined: never */
  readonly epoch: number | undefined
  /** undefined where none is known */
  readonly change: TradingChange | undefined
}

/** Reads whether an account may trade. */
export async function readTradingState(
  { redis, keys }: Hub,
  { venue, account }: AccountOf,
): Promise<StoredTradingState> {
  const [state, epoch, change] = await redis.mget(
    keys.tradingState(venue, account),
    keys.tradingEpoch(venue, account),
    keys.tradingChange(venue, account),
  )
  return {
    state: decodeTradingState(state),
    epoch: typeof epoch === 'string' ? Number(epoch) : undefined,
    change: typeof change === 'string' ? (JSON.parse(change) as TradingChange) : undefined,
  }
}

/**
 * Sets whether an account may trade, for every process at once, and publishes it. A `rule` names the states that it may
 * follow, so that it takes back nothing stricter. Gives what stood before, undefined where it was missing, and whether it
 * was replaced.
 */
export async function writeTradingState(
  hub: Hub,
  { venue, account }: AccountOf,
  state: TradingState,
  reason: string,
  rule?: { readonly from: readonly (TradingState | 'missing')[] },
): Promise<{ before: TradingState | undefined; isWritten: boolean }> {
  const { redis, keys } = hub
  // A process that has not asked the venue for its time goes by what others found.
  const clock = Number.isFinite(hub.clock.errorMs()) ? hub.clock : await readVenueClock(hub, venue)
  const { before, isWritten } = await tradingStateWrite(
    redis,
    {
      state: keys.tradingState(venue, account),
      epoch: keys.tradingEpoch(venue, account),
      change: keys.tradingChange(venue, account),
    },
    {
      state,
      from: rule?.from.join(',') ?? '',
      time: Math.floor(clock.now()),
      reason,
      by: rule === undefined ? 'person' : 'rule',
      channel: keys.accountFeed(venue, account),
    },
  )
  return { before: decodeTradingState(before), isWritten }
}
