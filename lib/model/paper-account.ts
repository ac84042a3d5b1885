import { ConfigError } from './errors.ts'

/** Whether an account is on paper: its name begins with `paper`. Any other is one at the venue. */
export function isPaperAccount(account: string): boolean {
  return account.startsWith('paper')
}

/** The account on paper that stands in for an account at the venue: orders of it reach nobody. */
export function paperAccountOf(account: string): string {
  return isPaperAccount(account) ? account : `paper-${account}`
}

/** The account whose orders are meant: the one on paper, unless they are live. */
export function ordersAccountOf({ account, live }: { account: string; live: boolean }): string {
  return live ? account : paperAccountOf(account)
}

/** Throws ConfigError unless the account is one at a venue. */
export function requireVenueAccount(account: string): void {
  if (isPaperAccount(account))
    throw new ConfigError(`--account must name an account at the venue, was "${account}", which is on paper`)
}
