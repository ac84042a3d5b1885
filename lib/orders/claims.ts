import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'

/** Venue ms for which an ended claim is kept: longer than any signal is handed in again. */
export const keepClaimsMs = 24 * 3_600_000

/** Where the claims of an account are, and what they are judged by. */
export function claimKeys({ keys }: Hub, { venue, account }: AccountOf) {
  return {
    claims: keys.claims(venue, account),
    open: keys.claimed(venue, account, 'open'),
    ended: keys.claimed(venue, account, 'ended'),
    reserved: keys.reserved(venue, account),
    state: keys.tradingState(venue, account),
    bans: keys.bans(venue, account),
  }
}

/** The claims that go on, as they are stored, oldest first: intent id and text. */
export async function readOpenClaims(hub: Hub, of: AccountOf): Promise<(readonly [string, string])[]> {
  const { claims, open } = claimKeys(hub, of)
  const ids = await hub.redis.zrange(open, '0', '-1')
  if (ids.length === 0) return []
  const texts = await hub.redis.hmget(claims, ...ids)
  return ids.flatMap((id, at) => {
    const text = texts[at]
    return typeof text === 'string' ? [[id, text] as const] : []
  })
}
