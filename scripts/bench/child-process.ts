import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'

/** A program of the project that runs for a benchmark. */
export interface ChildProcess {
  readonly title: string
  readonly pid: number
  /** rejects, with what it said last, if it ends without being stopped; else never settles */
  readonly failed: Promise<never>
  /** all that it wrote so far */
  output(): string
  /** ends it, by force when it takes long; `SIGKILL`: by force at once */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

// Longer than an actor allows itself, in real ms.
const stopTimeoutMs = 12_000
const shownLines = 5

/** Starts `node FOLDER ARGS` from the project's root; what it writes goes to a file in `logFolder`. */
export function startChild(
  program: { title: string; folder: string; args: readonly string[] },
  environment: NodeJS.ProcessEnv,
  logFolder: string,
): ChildProcess {
  const { title } = program
  const logPath = join(logFolder, `${title}.log`)
  const log = openSync(logPath, 'a')
  const child = spawn(process.execPath, [join(projectRoot(), program.folder), ...program.args], {
    cwd: projectRoot(),
    env: environment,
    stdio: ['ignore', log, log],
    // In a group of its own: Ctrl-C reaches the benchmark, which then ends everything in order.
    detached: true,
  })
  closeSync(log)
  const output = () => readFileSync(logPath, 'utf8')
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  let stopped = false
  const failed = new Promise<never>((_resolve, reject) => {
    void ended.then(() => {
      if (stopped) return
      const said = output().trim().split('\n').slice(-shownLines).join('\n')
      reject(
        new Error(`${title} ended unasked (${child.exitCode ?? child.signalCode ?? 'not started'}): ${said}`),
      )
    })
  })
  // Whoever waits is told; nobody has to.
  failed.catch(() => {})
  return {
    title,
    pid: child.pid ?? 0,
    failed,
    output,
    async stop(signal = 'SIGTERM') {
      stopped = true
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      child.kill(signal)
      const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await ended
      clearTimeout(late)
    },
  }
}
