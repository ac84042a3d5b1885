import Mocha from 'mocha'

// A soak makes so many times the runs of a property; the time that a test allows itself grows with them.
const patience = 40

const { prototype } = Mocha.Runnable
const setTimeoutMs = prototype.timeout as (this: Mocha.Runnable, ms?: string | number) => unknown

prototype.timeout = function timeout(this: Mocha.Runnable, ms?: string | number) {
  return ms === undefined ? setTimeoutMs.call(this) : setTimeoutMs.call(this, Number(ms) * patience)
} as typeof prototype.timeout
