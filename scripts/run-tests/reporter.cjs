// Mocha loads reporters by require and takes the whole module for the class, hence CommonJS.
const { reporters } = require('mocha')

/** The readable report, and at its end the counts for whoever started mocha. */
module.exports = class SpecWithCounts extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats
      process.send?.({ passed: passes, failed: failures, skipped: pending })
    })
  }
}
