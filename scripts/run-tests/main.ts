import { availableParallelism } from 'node:os'
import { runMocha, sumCounts } from './run-mocha.ts'
import type { Counts } from './run-mocha.ts'
import { selectTests } from './select-tests.ts'
import { judgesByTime } from './timed-tests.ts'

const { files, mochaArguments } = selectTests(process.argv.slice(2), process.cwd())
const cores = availableParallelism()

// Most tests wait more than they compute. Those of whole systems come first, because they are long and the small ones
// fill what is left; those that judge by time have a core each.
const isSystem = (file: string) => file.startsWith('test/actors/')
const untimed = files.filter((file) => !judgesByTime(file))
const runs = [
  {
    files: untimed.toSorted((a, b) => Number(isSystem(b)) - Number(isSystem(a))),
    jobs: Math.min(cores + 2, 6),
  },
  { files: files.filter(judgesByTime), jobs: Math.min(cores, 2) },
]
const counts = new Map<string, Counts>()
async function run(some: readonly string[], jobs: number): Promise<void> {
  const flags = jobs > 1 ? ['--parallel', `--jobs=${jobs}`] : []
  for (const [file, each] of await runMocha(some, [...flags, ...mochaArguments], process.env))
    counts.set(file, each)
}
for (const { files: some, jobs } of runs) if (some.length > 0) await run(some, jobs)

// What a busy machine may have failed has the machine to itself once more; what fails then has failed.
const late = [...counts].filter(([file, { failed }]) => failed > 0 && isSystem(file)).map(([file]) => file)
if (late.length > 0) {
  console.log(`Once more, alone, since a busy machine may have failed them: ${late.join(', ')}`)
  await run(late, 1)
}
const { passed, failed, skipped } = sumCounts(counts.values())
if (passed + failed === 0) console.error('sluice test: expected at least one test to run, none did')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
