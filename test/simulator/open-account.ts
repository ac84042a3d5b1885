import { AccountClient } from './account-client.ts'
import { postJson } from './request.ts'
import type { Open, VenueClient } from './venue-client.ts'

/** One account in the words of a venue and, for the truth, in those of the market. */
export interface OpenAccount {
  readonly client: VenueClient
  readonly truth: AccountClient
}

let opened = 0

/** An account to which nothing has happened yet; its secret is `s`. */
export async function openAccount(url: string, open: Open): Promise<OpenAccount> {
  opened += 1
  const key = `user${opened}`
  await postJson(`${url}/_sim/accounts`, { key, secret: 's' })
  return { client: await open(url, key, 's'), truth: await AccountClient.open(url, key, 's') }
}
