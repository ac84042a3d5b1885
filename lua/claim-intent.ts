import type { Redis } from 'ioredis'
import { loadScript } from './script.ts'

const script = loadScript('claim-intent', {
  keys: ['claims', 'open', 'reserved', 'state', 'bans'],
  args: ['id', 'claim', 'class', 'symbol', 'now', 'revision', 'reservations...'],
})

/** An amount that a claim holds of one counter, and what all claims together may hold of it; whole numbers. */
export interface Reservation {
  readonly counter: string
  readonly amount: number
  readonly room: number
}

export type ClaimAnswer =
  | { readonly outcome: 'claimed' }
  | { readonly outcome: 'claimed before'; readonly claim: string }
  | { readonly outcome: 'state forbids'; readonly state: string }
  | { readonly outcome: 'banned'; readonly ban: string }
  | { readonly outcome: 'no room'; readonly counter: string; readonly left: number }
  | { readonly outcome: 'judge again'; readonly revision: number }

/** Claims an intent once, with all its reservations or none. */
export async function claimIntent(
  redis: Redis,
  keys: { claims: string; open: string; reserved: string; state: string; bans: string },
  args: { id: string; claim: string; class: string; symbol: string; now: number; revision: number },
  reservations: readonly Reservation[],
): Promise<ClaimAnswer> {
  const flat = reservations.flatMap(({ counter, amount, room }) => [counter, amount, room])
  const answer = await script.run(redis, { keys, args: { ...args, 'reservations...': flat } })
  const [code, first, second] = answer as [number, string, string]
  switch (code) {
    case 1:
      return { outcome: 'claimed' }
    case 0:
      return { outcome: 'claimed before', claim: first }
    case -1:
      return { outcome: 'state forbids', state: first }
    case -2:
      return { outcome: 'banned', ban: first }
    case -3:
      return { outcome: 'no room', counter: first, left: Number(second) }
    default:
      return { outcome: 'judge again', revision: Number(first) }
  }
}
