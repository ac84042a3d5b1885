// Those that wait longest, most of them for a venue that is silent or late.
const named = [
  'redis/limits',
  'redis/redis-pulse',
  'actors/up',
  'actors/faults-venue',
  'actors/venue-accounts',
  'actors/loss-limits',
  'actors/intervals',
  'actors/universe',
  'actors/venue-trading',
  'actors/alert',
  'actors/secrets',
  'exchange/user-stream',
  'exchange/account-reads',
  'redis/alert-delivery',
  'exchange/probe-venue',
  'exchange/account-failures',
  'simulator/venue-faults',
  'exchange/stream-key',
  'exchange/failures',
  'orders/no-double-order',
  'simulator/conditional-orders',
  'simulator/user-stream',
  'simulator/okx-streams',
  'simulator/account-faults',
  'simulator/account-life',
  'simulator/bybit-streams',
  'simulator/user-limits',
  'simulator/market-streams',
  'simulator/limits',
  'redis/queues',
].map((name) => `test/${name}.test.ts`)

/** Whether a test file is one of those that wait longest. */
export function waitsLong(file: string): boolean {
  return named.includes(file)
}

/** The files, those first that take long, so that none of them is what is left at the end. */
export function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string) => (named.includes(file) ? named.indexOf(file) : named.length)
  return files.toSorted((a, b) => rank(a) - rank(b))
}
