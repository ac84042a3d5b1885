import { availableParallelism } from 'node:os'
import { addCounts, runMocha } from './run-mocha.ts'
import type { Counts } from './run-mocha.ts'
import { selectTests } from './select-tests.ts'

/** Files under these folders start processes, or judge by time: they run one by one, with the machine to themselves. */
const alone = ['test/actors/']
const mostJobs = 4

const { files, mochaArguments } = selectTests(process.argv.slice(2), process.cwd())
const isAlone = (file: string): boolean => alone.some((folder) => file.startsWith(folder))
const jobs = Math.min(availableParallelism(), mostJobs)

const runs = [
  {
    files: files.filter((file) => !isAlone(file)),
    flags: jobs > 1 ? ['--parallel', '--jobs', String(jobs)] : [],
  },
  { files: files.filter(isAlone), flags: [] },
]
let counts: Counts = { passed: 0, failed: 0, skipped: 0 }
for (const run of runs) {
  if (run.files.length === 0) continue
  counts = addCounts(counts, await runMocha(run.files, [...run.flags, ...mochaArguments], process.env))
}
const { passed, failed, skipped } = counts
if (passed + failed === 0) console.error('sluice test: expected at least one test to run, none did')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
