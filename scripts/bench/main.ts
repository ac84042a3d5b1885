import type { Command } from 'commander'
import { configure, createCommand, runCommandLine } from '../../lib/hub/command-line.ts'
import { ConfigError } from '../../lib/model/errors.ts'
import { accountBench } from './account.ts'
import type { BenchDefinition } from './bench.ts'
import { budgetBench } from './budget.ts'
import { checkBench } from './check.ts'
import { coverBench } from './cover.ts'
import { crashOrdersBench } from './crash-orders.ts'
import { dispatchBench } from './dispatch.ts'
import { feedBench } from './feed.ts'
import { hubBench } from './hub.ts'
import { intervalsBench } from './intervals.ts'
import { lapBench } from './lap.ts'
import { ledgerBench } from './ledger.ts'
import { memoryBench } from './memory.ts'
import { orderPathBench } from './order-path.ts'
import { printJson, printMachine } from './report.ts'
import { threeVenuesBench } from './three-venues.ts'
import { venuesBench } from './venues.ts'

const benches: readonly BenchDefinition[] = [
  lapBench,
  intervalsBench,
  budgetBench,
  hubBench,
  dispatchBench,
  memoryBench,
  ledgerBench,
  feedBench,
  accountBench,
  checkBench,
  coverBench,
  orderPathBench,
  crashOrdersBench,
  venuesBench,
  threeVenuesBench,
]
const who = 'sluice bench'
const names = benches.map(({ name }) => name).join(', ')

const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort())

await runCommandLine(who, async () => {
  const program = createCommand(
    'npm run -s bench --',
    'Benchmarks. Each prints a table and then one line of JSON.',
  )
    .usage('NAME [options]')
    .argument('[name]')
    .action((name: string | undefined) => {
      throw new ConfigError(
        `the benchmark must be one of ${names}, was ${name === undefined ? 'missing' : `"${name}"`}`,
      )
    })
  for (const bench of benches) addBench(program, bench)
  try {
    await program.parseAsync()
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    process.stderr.write(`${who}: interrupted\n`)
    process.exitCode = 130
  }
})
// A library's idle socket must not keep a benchmark alive whose processes have ended.
process.exit()

function addBench(program: Command, bench: BenchDefinition): void {
  const { name, summary, options } = bench
  const command = configure(program.command(name).description(summary))
  for (const option of options) command.addOption(option)
  command.action(async () => {
    printMachine(name)
    const figures = await bench.run(command.opts(), interrupt.signal)
    for (const line of [figures].flat()) printJson({ bench: name, ...line })
  })
}
