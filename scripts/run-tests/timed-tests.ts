// These say how soon something must happen, so a busy machine can fail them. The others wait as long as it takes.
const timed = [
  'actors/account',
  'actors/alert-outage',
  'actors/egress',
  'actors/faults',
  'actors/faults-redis',
  'actors/flatten',
  'actors/halt',
  'actors/halt-flood',
  'actors/live-example',
  'actors/mark',
  'actors/order',
  'actors/order-kills',
  'actors/recorded-day',
  'actors/risk-backstop',
  'actors/risk-ladder',
  'actors/ticker',
  'actors/trader',
  'actors/venues',
  'redis/egress',
  'redis/limits',
  'redis/redis-pulse',
]

/** Whether a test file says how soon something must happen. */
export function judgesByTime(file: string): boolean {
  return timed.some((name) => file === `test/${name}.test.ts`)
}
