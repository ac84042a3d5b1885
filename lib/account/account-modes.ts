import type { Hub } from '../hub/hub.ts'
import type { AccountModes } from '../model/account-modes.ts'
import type { AccountOf } from '../model/account-of.ts'

/** How an account was found to be set up. */
export interface StoredModes extends AccountModes {
  /** venue time */
  readonly readAt: number
  /** when another position mode was found than before, and which; undefined: never */
  readonly change: { readonly from: string; readonly to: string; readonly at: number } | undefined
}

/** Why an account set up like this may not be traded live; undefined when it may. */
export function modesProblem({ multiAssets, portfolioMargin, canTrade }: AccountModes): string | undefined {
  if (multiAssets)
    return 'multi-assets margin is on: expected single-asset margin, in which each position has the margin of its own asset'
  if (portfolioMargin === true)
    return 'the account is in portfolio margin: expected one whose futures have a margin of their own'
  if (canTrade === false) return 'the venue lets this account not trade'
  return undefined
}

/** The modes after they were read anew; a change of the position mode is remembered. */
export function noteModes(before: StoredModes | undefined, read: AccountModes, readAt: number): StoredModes {
  const { positionMode: to } = read
  const from = before?.positionMode ?? to
  return { ...read, readAt, change: from === to ? before?.change : { from, to, at: readAt } }
}

/** What was last read of an account's modes; undefined: never. */
export async function readModes(hub: Hub, { venue, account }: AccountOf): Promise<StoredModes | undefined> {
  const text = await hub.redis.get(hub.keys.modes(venue, account))
  return text === null ? undefined : (JSON.parse(text) as StoredModes)
}

export async function writeModes(hub: Hub, { venue, account }: AccountOf, modes: StoredModes): Promise<void> {
  await hub.redis.set(hub.keys.modes(venue, account), JSON.stringify(modes))
}
