import { readAccountSummary } from '../account/account-summary.ts'
import type { AccountMarket, AccountSummary } from '../account/account-summary.ts'
import { readAccounts } from '../account/held-symbols.ts'
import type { Hub } from '../hub/hub.ts'
import { readVenueClock } from '../hub/venue-clock.ts'
import { readInstruments } from '../market/instruments.ts'
import { readMarks } from '../market/marks.ts'
import { readTickers } from '../market/tickers.ts'
import { isPaperAccount } from '../model/paper-account.ts'

/** The accounts at a venue that Redis knows of; those on paper are none of them. */
export async function readVenueAccounts(hub: Hub, venue: string): Promise<string[]> {
  return (await readAccounts(hub, venue)).filter((account) => !isPaperAccount(account))
}

/** Accounts at a glance, valued by the market as Redis knows it, in the first of the quote assets. */
export async function readAccountSummaries(
  hub: Hub,
  venue: string,
  accounts: readonly string[],
): Promise<AccountSummary[]> {
  if (accounts.length === 0) return []
  const [market, clock] = await Promise.all([readMarket(hub, venue), readVenueClock(hub, venue)])
  return Promise.all(
    accounts.map((account) => readAccountSummary(hub, { venue, account }, market, clock.now())),
  )
}

async function readMarket(hub: Hub, venue: string): Promise<AccountMarket> {
  const [instruments, marks, tickers] = await Promise.all([
    readInstruments(hub, venue),
    readMarks(hub, venue),
    readTickers(hub, venue),
  ])
  const quote = hub.config.quoteAssets[0] ?? 'USDT'
  return { quote, instruments, marks, bidOf: (symbol) => tickers.get(symbol)?.bid }
}
