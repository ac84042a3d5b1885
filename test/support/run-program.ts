import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { projectRoot } from '../../lib/hub/project-root.ts'

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
 * Runs a command of `./scripts/sluice` until it ends by itself, in a thread, which starts in two thirds of the time of a
 * process. What starts a program itself writes to the screen of these tests: that needs `runProgram`.
 */
export async function runSluice(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const thread = new Worker(join(projectRoot(), 'scripts/sluice.js'), {
    argv: [...args],
    env: cleanEnvironment(environment),
    stdout: true,
    stderr: true,
  })
  const [stdout, stderr] = [gather(thread.stdout), gather(thread.stderr)]
  // As Node.js tells it for a process.
  thread.once('error', (error: Error) => {
    stderr.push(error.stack ?? error.message)
  })
  let isLate = false
  const late = setTimeout(() => {
    isLate = true
    void thread.terminate()
  }, endTimeoutMs)
  const ends = [thread.stdout, thread.stderr].map((stream) => once(stream, 'end'))
  const code = await new Promise<number>((resolve) => {
    thread.once('exit', resolve)
  })
  await Promise.all(ends)
  clearTimeout(late)
  return { code: isLate ? null : code, stdout: stdout.join(''), stderr: stderr.join('') }
}
