import type { Hub } from '../../lib/hub/hub.ts'
import type { AccountOf } from '../../lib/model/account-of.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { requireVenueAccount } from '../../lib/model/paper-account.ts'
import { readVenueAccounts } from '../../lib/orders/account-summaries.ts'

/**
 * The account at the venue that the configuration names. Throws ConfigError for one on paper, and for one that Redis does
 * not know: a name that was typed wrongly must not look as if it had been halted.
 */
export async function nameAccount(hub: Hub): Promise<AccountOf> {
  const { exchange: venue, account } = hub.config
  requireVenueAccount(account)
  const known = await readVenueAccounts(hub, venue)
  if (known.includes(account)) return { venue, account }
  const others = known.length === 0 ? 'Redis knows none' : `Redis knows ${known.join(', ')}`
  throw new ConfigError(
    `no account "${account}" at ${venue} is in Redis; ${others}: node actors/position --account NAME brings one`,
  )
}
