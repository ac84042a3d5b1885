/** Whether an account is on paper: its name begins with `paper`. Any other is one at the venue. */
export function isPaperAccount(account: string): boolean {
  return account.startsWith('paper')
}

/** The account on paper that stands in for an account at the venue: orders of it reach nobody. */
export function paperAccountOf(account: string): string {
  return isPaperAccount(account) ? account : `paper-${account}`
}
