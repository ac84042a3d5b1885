// Mocha loads reporters by require and takes the whole module for the class, hence CommonJS.
const { reporters } = require('mocha')

/** The readable report, and at its end the counts of each file for whoever started mocha, and which tests failed. */
module.exports = class SpecWithCounts extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const files = {}
    const count = (outcome) => (test) => {
      const counts = (files[test.file] ??= { passed: 0, failed: 0, skipped: 0, failures: [] })
      counts[outcome] += 1
      // Of a hook the title says nothing that could be run again.
      if (outcome === 'failed' && test.type === 'test') counts.failures.push(test.fullTitle())
    }
    runner.on('pass', count('passed'))
    runner.on('fail', count('failed'))
    runner.on('pending', count('skipped'))
    runner.once('end', () => process.send?.(files))
  }
}
