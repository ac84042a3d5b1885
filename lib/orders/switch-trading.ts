import { writeTradingState } from '../account/trading-states.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { TradingState } from '../model/trading-state.ts'
import { readFlatten } from './flatten-requests.ts'

/** What a person's change of the trading state came to; a state that is missing is undefined. */
export type SwitchOutcome =
  | { readonly outcome: 'switched'; readonly before: TradingState | undefined }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Sets the trading state by hand; an account that is being flattened stays halted. */
export async function switchTrading(
  hub: Hub,
  of: AccountOf,
  state: TradingState,
  reason: string,
): Promise<SwitchOutcome> {
  const flatten = await readFlatten(hub, of)
  if (state !== 'halted' && flatten !== undefined && flatten.ended === undefined)
    return { outcome: 'refused', reason: `${of.account} at ${of.venue} is being flattened and stays halted` }
  const { before } = await writeTradingState(hub, of, state, reason)
  return { outcome: 'switched', before }
}
