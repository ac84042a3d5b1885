import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { projectRoot } from '../../lib/hub/project-root.ts'

/** A process of a test. */
export interface Child {
  readonly what: string
  readonly pid: number
  /** resolves when the process has ended */
  readonly ended: Promise<void>
  /** null while the process lives, or when a signal ended it */
  exitCode(): number | null
  /** in words; undefined while the process lives, or when the test ended it */
  crash(): string | undefined
  /** resolves with the first standard output line that matches; rejects when the process ends before */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** sends a signal; one that ends the process is awaited */
  signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** resident memory in MB */
  rssMb(): number
}

const mostOutput = 32_000
const stopTimeoutMs = 15_000
const alive = new Set<ChildProcess>()

// Whatever ends the test run, nothing of it is left behind.
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

/** Starts a program in the project's folder. */
export function startChild(
  what: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Child {
  const child = spawn(program, args, {
    cwd: projectRoot(),
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  alive.add(child)
  let output = ''
  let asked = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput)
    })
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  }).then(() => void alive.delete(child))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined

  return {
    what,
    pid: child.pid ?? 0,
    ended,
    exitCode: () => child.exitCode,
    crash: () =>
      hasEnded() && !asked
        ? `${what} ended by itself with ${child.exitCode ?? child.signalCode}: ${output.slice(-2_000)}`
        : undefined,
    async line(pattern) {
      for (;;) {
        const match = pattern.exec(output)
        if (match !== null) return match
        if (hasEnded()) throw new Error(`${what} ended before it was ready: ${output}`)
        await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended])
      }
    },
    async signal(signal) {
      if (hasEnded()) return
      const ends = signal === 'SIGKILL' || signal === 'SIGTERM'
      asked ||= ends
      child.kill(signal)
      if (!ends) return
      const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await ended
      clearTimeout(late)
    },
    rssMb: () =>
      Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) / 1024,
  }
}
