import { Writable } from 'node:stream'
import { parentPort } from 'node:worker_threads'
import { runSluice } from '../../scripts/cli/run-sluice.ts'
import { openTerminal } from '../../scripts/cli/terminal.ts'

/** A command for the thread, and its whole environment. The next one may come when the code of this one has. */
export interface SluiceCommand {
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** What a command says as it runs, and its exit code at the end; a thread that ends has that as its own. */
export interface SluiceAnswer {
  readonly stdout?: string
  readonly stderr?: string
  readonly code?: number
}

// A thread's environment, exit code and streams are its own: the process that runs tests has others.
parentPort?.on('message', ({ args, environment }: SluiceCommand) => void run(args, environment))

async function run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, environment)
  process.exitCode = 0
  const streams = [openStream('stdout'), openStream('stderr')]
  await runSluice(args, process.env, openTerminal(process.stdout, process.env))
  // What a finished command has left, and what a process would not live to see.
  for (const stream of streams) stream.destroy()
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
  answer({ code: process.exitCode })
}

/** A stream of the command's own, so that nothing of another is in it, neither words nor listeners. */
function openStream(name: 'stdout' | 'stderr'): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string | Buffer, _encoding, done) => {
      answer({ [name]: String(text) })
      done()
    },
  })
  Object.defineProperty(process, name, { value: stream, configurable: true })
  return stream
}

function answer(said: SluiceAnswer): void {
  parentPort?.postMessage(said)
}
