import type { AccountSummary } from '../../lib/account/account-summary.ts'
import type { Hub } from '../../lib/hub/hub.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { isPaperAccount } from '../../lib/model/paper-account.ts'
import { readAccountSummaries, readVenueAccounts } from '../../lib/orders/account-summaries.ts'

/** The account that the configuration names, or, where that is on paper, all at the venue. Throws ConfigError for none. */
export async function selectAccounts(hub: Hub): Promise<AccountSummary[]> {
  const { exchange: venue, account } = hub.config
  const known = await readVenueAccounts(hub, venue)
  const wanted = isPaperAccount(account) ? known : known.filter((each) => each === account)
  if (wanted.length > 0) return readAccountSummaries(hub, venue, wanted)
  const which = isPaperAccount(account) ? 'no account' : `no account "${account}"`
  const others = known.length === 0 ? '' : `; Redis knows ${known.join(', ')}`
  throw new ConfigError(
    `${which} at ${venue} is in Redis${others}: node actors/position --account NAME brings one, docs/account.md says how`,
  )
}
