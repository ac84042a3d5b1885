import type { Hits } from '../core/faults.ts'
import type { Account, AccountState } from './account.ts'
import type { Exchange } from './exchange.ts'

/** The account as an answer tells of it: as it stands, or, when a fault makes the answer an old one, as it stood. */
export function readShown({ past }: Exchange, account: Account, hits: Hits, now: number): AccountState {
  const shownAt = hits.freeze?.since ?? (hits.lag === undefined ? undefined : now - hits.lag.ms)
  return shownAt === undefined ? account : past.read(account, shownAt)
}

/** True while the notFoundFor fault hides what was placed at `time`. */
export function hides({ notFoundFor }: Hits, now: number, { time }: { readonly time: number }): boolean {
  return notFoundFor !== undefined && now < time + notFoundFor.ms
}
