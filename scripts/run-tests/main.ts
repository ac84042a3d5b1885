import { availableParallelism, constants } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { longestFirst, waitsLong } from './long-tests.ts'
import { readMachinePace } from './machine-pace.ts'
import { runAgain } from './run-again.ts'
import { runMocha, sumCounts } from './run-mocha.ts'
import type { FileCounts } from './run-mocha.ts'
import { selectTests } from './select-tests.ts'
import { judgesByTime } from './timed-tests.ts'

// Where it is set, Node.js reads all certificates at each start, which takes two thirds of one. Tests stay on loopback.
delete process.env['NODE_EXTRA_CA_CERTS']
// A preload, since NODE_OPTIONS takes no flag of V8. The programs of a soak live long enough.
if (process.env['SOAK_RUNS'] === undefined) {
  const preload = join(projectRoot(), 'scripts', 'run-tests', 'optimise-later.cjs')
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --require ${JSON.stringify(preload)}`
}

const { files, mochaArguments } = selectTests(process.argv.slice(2), process.cwd())
// Whoever ends this process alone, without its group, ends the tests, too.
const ended = new AbortController()
process.once('SIGTERM', () => ended.abort())
const options = { environment: process.env, signal: ended.signal }
const cores = availableParallelism()
const coresOfTimed = Math.min(cores, 2)
/** below which a machine counts as slow */
const slowPace = 0.75

// Most tests wait more than they compute. Those that judge by time have a core each, and the other systems what they leave,
// few at a time, since a crowd of them starves and each lasts longer. The small ones come when the first are done, but for
// those that wait longest, which need next to nothing meanwhile; few at a time, too, since each process loads all anew.
const isSystem = (file: string) => file.startsWith('test/actors/')
const timed = longestFirst(files.filter(judgesByTime))
const systems = longestFirst(files.filter((file) => isSystem(file) && !judgesByTime(file)))
const small = longestFirst(files.filter((file) => !isSystem(file) && !judgesByTime(file)))
const counts = new Map<string, FileCounts>()
const atOnce = (jobs: number) => (jobs > 1 ? ['--parallel', `--jobs=${jobs}`] : [])
async function run(some: readonly string[], jobs: number, priority = 0): Promise<void> {
  if (some.length === 0) return
  const told = await runMocha(some, [...atOnce(jobs), ...mochaArguments], { ...options, priority })
  for (const [file, each] of told) counts.set(file, each)
}
const { PRIORITY_LOW } = constants.priority
const pace = systems.length > 1 ? readMachinePace() : 1
const waiting = small.filter(waitsLong)
const short = small.filter((file) => !waitsLong(file))
await Promise.all([
  run(timed, coresOfTimed).then(() => run(short, cores + 2, PRIORITY_LOW)),
  run(waiting, 2, PRIORITY_LOW),
  run(systems, Math.min(cores + 2, 6), PRIORITY_LOW),
])

// What a busy machine may have failed has a core to itself once more; what fails then has failed. A slow one stands
// still for seconds now and then, which any file may fail by; its first report is above.
const isSlow = pace < slowPace
const mayRunAgain = (file: string) => file !== '' && (isSystem(file) || judgesByTime(file) || isSlow)
const again = (some: readonly string[], flags: readonly string[]) =>
  runMocha(some, [...atOnce(Math.min(some.length, coresOfTimed)), ...flags], options)
const late = new Map([...counts].filter(([file, { failed }]) => failed > 0 && mayRunAgain(file)))
if (late.size > 0)
  console.log(
    `Once more, by themselves, since a busy machine may have failed them: ${[...late.keys()].join(', ')}`,
  )
for (const [file, each] of await runAgain(late, mochaArguments, again)) counts.set(file, each)
const { passed, failed, skipped } = sumCounts(counts.values())
if (passed + failed === 0) console.error('sluice test: expected at least one test to run, none did')
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
