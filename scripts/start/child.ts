import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectRoot } from '../../lib/hub/project-root.ts'
import type { LogFile } from './log-file.ts'

/** A Node program to run: its folder or file, its flags and its environment. */
export interface Program {
  readonly path: string
  readonly flags: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

/** A process of ours. */
export interface Child {
  readonly pid: number | undefined
  /** how it ended: an exit code or a signal's name; and its last line on standard error */
  readonly ended: Promise<{ how: string; code: number | null; complaint: string }>
  signal(signal: 'SIGTERM' | 'SIGKILL'): void
}

// By its path, not beside this file: the programs may run packed.
const leash = join(projectRoot(), 'dist/scripts/start/leash.js')

/**
 * Starts a program whose lines go to a log file. `onLine` sees each line of standard output first and gives what is
 * to be logged of it.
 */
export function startChild(program: Program, log: LogFile, onLine: (line: string) => string): Child {
  const args = ['--import', leash, program.path, ...program.flags]
  // In a session of its own: Ctrl-C reaches `up` alone, which then ends the others in order.
  const child = spawn(process.execPath, args, { env: program.environment, stdio: 'pipe', detached: true })
  let complaint = ''
  createInterface({ input: child.stdout }).on('line', (line) => log.write(onLine(line)))
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() !== '') complaint = line
    log.write(line)
  })
  // A process that has just ended reads no more.
  child.stdin.on('error', () => {})
  const ended = new Promise<{ how: string; code: number | null; complaint: string }>((resolve) => {
    child.once('error', (error) => resolve({ how: error.message, code: null, complaint: error.message }))
    child.once('close', (code, signal) => resolve({ how: signal ?? `code ${code}`, code, complaint }))
  })
  return { pid: child.pid, ended, signal: (signal) => void child.kill(signal) }
}
