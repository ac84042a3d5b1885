import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { projectRoot } from '../../lib/hub/project-root.ts'
import type { SluiceAnswer, SluiceCommand } from './sluice-thread.ts'

/** How a program ended, and what it said. */
export interface Ended {
  /** null when it had to be killed because it did not end in time */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const endTimeoutMs = 40_000

/** The environment of a test's process: ours without what would configure Sluice, and `additions`. */
export function cleanEnvironment(additions: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:SLUICE_|REDIS_URL$)/.test(name))
  return { ...Object.fromEntries(inherited), ...additions }
}

/** Runs a program, a Node one by its folder or file, until it ends by itself. */
export async function runProgram(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [path, ...args], {
    cwd: projectRoot(),
    env: cleanEnvironment(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)]
  const late = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs)
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  clearTimeout(late)
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

/** What a stream has said so far, and what it says from now on. */
function gather(stream: Readable): string[] {
  const said: string[] = []
  stream.setEncoding('utf8').on('data', (text: string) => said.push(text))
  return said
}

/**
 * Runs a command of `./scripts/sluice` until it ends by itself, one at a time in a thread that has loaded the command line
 * once for all of them. It differs from a process: it runs as compiled, not packed, has no standard input, and what a
 * finished command has left is not ended with it. What writes to the screen past `process.stdout`, as a program does that a
 * command starts, or a detailed log, writes to the screen of these tests: that needs `runProgram`.
 */
export function runSluice(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const command = { args, environment: cleanEnvironment(environment) }
  // A thread has one environment, one exit code and one standard output.
  const ended = lastCommand.then(() => runInThread(command))
  lastCommand = ended.catch(() => {})
  return ended
}

let lastCommand: Promise<unknown> = Promise.resolve()
let sluiceThread: Worker | undefined
let hear: (answer: SluiceAnswer) => void = () => {}

async function runInThread(command: SluiceCommand): Promise<Ended> {
  const thread = (sluiceThread ??= startThread())
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    void thread.terminate()
  }, endTimeoutMs)
  const said = { stdout: '', stderr: '' }
  const code = await new Promise<number>((resolve) => {
    hear = (answer) => {
      said.stdout += answer.stdout ?? ''
      said.stderr += answer.stderr ?? ''
      if (answer.code !== undefined) resolve(answer.code)
    }
    thread.postMessage(command)
  })
  hear = () => {}
  clearTimeout(late)
  // The next command needs one that lives.
  if (isLate) await thread.terminate()
  return { code: isLate ? null : code, ...said }
}

function startThread(): Worker {
  const thread = new Worker(join(projectRoot(), 'dist/test/support/sluice-thread.js'), {
    env: cleanEnvironment(),
  })
  thread.on('message', (answer: SluiceAnswer) => hear(answer))
  // As Node.js tells it for a process.
  thread.on('error', (error: Error) => hear({ stderr: error.stack ?? error.message }))
  thread.once('exit', (code) => {
    sluiceThread = undefined
    hear({ code })
  })
  // The tests end while it waits for a command. Last, since who listens to a thread holds it again.
  thread.unref()
  return thread
}
