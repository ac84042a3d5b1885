import { availableParallelism } from 'node:os'
import { addCounts, runMocha } from './run-mocha.ts'
import type { Counts } from './run-mocha.ts'
import { selectTests } from './select-tests.ts'
import { judgesByTime } from './timed-tests.ts'

const { files, mochaArguments } = selectTests(process.argv.slice(2), process.cwd())
const cores = availableParallelism()

// Most tests wait more than they compute; those of whole systems have five processes each, and those that judge by time
// have two cores each, or all there are.
const isSystem = (file: string) => file.startsWith('test/actors/')
const runs = [
  { files: files.filter((file) => !isSystem(file)), jobs: Math.min(cores + 1, 6) },
  {
    files: files.filter((file) => isSystem(file) && !judgesByTime(file)),
    jobs: Math.min(Math.ceil(cores * 0.75), 4),
  },
  { files: files.filter(judgesByTime), jobs: cores >= 4 ? 2 : 1 },
]
let counts: Counts = { passed: 0, failed: 0, skipped: 0 }
for (const run of runs) {
  if (run.files.length === 0) continue
  const flags = run.jobs > 1 ? ['--parallel', `--jobs=${run.jobs}`] : []
  counts = addCounts(counts, await runMocha(run.files, [...flags, ...mochaArguments], process.env))
}
const { passed, failed, skipped } = counts
if (passed + failed === 0) console.error('sluice test: expected at least one test to run, none did')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
