// These start whole systems and say how soon something must happen, so a busy machine can fail them. The others under
// test/actors wait as long as it takes, and run among the rest.
const timed = [
  'account',
  'alert-outage',
  'egress',
  'faults',
  'faults-redis',
  'flatten',
  'halt',
  'halt-flood',
  'live-example',
  'order-kills',
  'recorded-day',
  'risk-backstop',
  'risk-ladder',
  'ticker',
  'trader',
  'venues',
]

/** Whether a test file says how soon something must happen. */
export function judgesByTime(file: string): boolean {
  return timed.some((name) => file === `test/actors/${name}.test.ts`)
}
