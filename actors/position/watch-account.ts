import { readHeldSymbols } from '../../lib/account/held-symbols.ts'
import { modesProblem, readModes } from '../../lib/account/account-modes.ts'
import { judgeSources } from '../../lib/account/judge-sources.ts'
import { keepListingBans, listingBan } from '../../lib/account/listing-bans.ts'
import { readLivingActors } from '../../lib/hub/heartbeats.ts'
import { standForLeader } from '../../lib/hub/lease.ts'
import { readInstruments } from '../../lib/market/instruments.ts'
import { describeError } from '../../lib/model/errors.ts'
import type { AccountActor } from './account-actor.ts'

/** Whatever is wrong with an account, told by the one process that leads. */
export interface AccountWatch {
  isLeader(): boolean
  stop(): Promise<void>
}

// Real ms.
const lookEveryMs = 500

export function watchAccount(actor: AccountActor): AccountWatch {
  const { hub, of } = actor
  const leadership = standForLeader(hub, hub.keys.accountLease(of.venue, of.account, 'watch'), () => {})
  return { isLeader: () => leadership.isLeader(), stop: () => leadership.stop() }
}
