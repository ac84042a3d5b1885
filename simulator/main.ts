import { InputError } from './core/input-error.ts'
import { openLog } from './log.ts'
import { parseOptions } from './options.ts'
import { openSimulator } from './simulator.ts'

void run()

async function run(): Promise<void> {
  try {
    const options = parseOptions(process.argv.slice(2))
    if (options !== undefined) {
      const simulator = await openSimulator(options, openLog(options.logLevel))
      const stop = () => void simulator.close()
      process.once('SIGINT', stop).once('SIGTERM', stop)
      console.log(`simulator ready ${simulator.url}`)
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    console.error(`sluice simulator: ${error.message}`)
    process.exitCode = 2
  }
}
