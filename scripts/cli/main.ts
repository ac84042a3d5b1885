import { runSluice } from './run-sluice.ts'
import { openTerminal } from './terminal.ts'

const terminal = openTerminal(process.stdout, process.env)

void runSluice(process.argv.slice(2), process.env, terminal).then(() => {
  // A library's idle socket or timer must not keep a finished command, and nothing that it said may be lost.
  process.stdout.write('', () => process.exit())
})
