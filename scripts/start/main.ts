import { runCommandLine } from '../../lib/hub/command-line.ts'
import { parseOptions } from './options.ts'
import { runSystem } from './run-system.ts'
import { openScreen } from './screen.ts'

const stop = new AbortController()
const hurry = new AbortController()

// The first signal asks for an orderly end, the next one does not wait for it. A terminal that closes ends this process
// there and then (or, under nohup, does not), and the leash of every program ends those.
const onSignal = (name: string) => (stop.signal.aborted ? hurry.abort() : stop.abort(name))
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, onSignal)

let code = 0
void runCommandLine('sluice up', async () => {
  const options = parseOptions(process.argv.slice(2))
  const screen = openScreen(process.stdout, () => stop.abort('nobody reads'))
  code = await runSystem(options, process.env, screen, { stop, hurry: hurry.signal })
}).then(() => process.exit(process.exitCode ?? code))
