// Files under test/actors start whole systems and say how soon something must happen, so a busy machine can fail them.
// These do not, and run among the rest.
const untimed = [
  'alert',
  'alert-kill',
  'alert-secrets',
  'bad-input',
  'board',
  'cli',
  'exactness',
  'intervals',
  'orders-command',
  'setup',
  'up',
]

/** Whether a test file says how soon something must happen. */
export function judgesByTime(file: string): boolean {
  return file.startsWith('test/actors/') && !untimed.some((name) => file === `test/actors/${name}.test.ts`)
}
