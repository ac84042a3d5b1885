import Mocha from 'mocha'

// A soak makes so many times the runs of a property; the time that a test allows itself grows with them.
const patience = 40

type Timeout = (this: Mocha.Runnable, ms?: string | number) => unknown

const prototype = Mocha.Runnable.prototype as unknown as { timeout: Timeout }
const before = prototype.timeout

prototype.timeout = function timeout(ms) {
  return ms === undefined ? before.call(this) : before.call(this, Number(ms) * patience)
}
