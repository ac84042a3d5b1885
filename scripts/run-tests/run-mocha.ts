import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { join, relative } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'

/** How many tests ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** How mocha is run. */
export interface MochaOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly priority?: number
}

const broken: CountsByFile = new Map([['', { passed: 0, failed: 1, skipped: 0, failures: [] }]])

// Real ms. A run that hangs is ended, so that whoever waits for it learns which one it was.
const longestRunMs = 20 * 60_000
const longestSoakMs = 6 * 3600_000

/** The same of one file, and the whole titles of its tests that failed; a hook that did is counted and has none. */
export interface FileCounts extends Counts {
  readonly failures: readonly string[]
}

/** Test file, as a path from the project's folder -> how its tests ended. */
export type CountsByFile = ReadonlyMap<string, FileCounts>

/** The sum of counts. */
export function sumCounts(all: Iterable<Counts>): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const { passed, failed, skipped } of all) {
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
  }
  return sum
}

/**
 * Runs mocha over compiled test files, at a priority of the system's (0 ordinary, 19 last), its report on standard output.
 * A run that breaks off, as by `signal`, counts as a failure of a file without a name.
 */
export async function runMocha(
  files: readonly string[],
  flags: readonly string[],
  { environment, signal, priority = 0 }: MochaOptions,
): Promise<CountsByFile> {
  if (signal.aborted) return broken
  const root = projectRoot()
  const soak = environment['SOAK_RUNS'] !== undefined
  const program = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const ours = (name: string) => `--require=${join(root, 'dist', 'scripts', 'run-tests', name)}`
  const args = [
    '--no-config',
    '--forbid-only',
    '--exit',
    '--timeout=30000',
    `--reporter=${join(root, 'scripts', 'run-tests', 'reporter.cjs')}`,
    ours('prepare-process.js'),
    ...(soak ? [ours('soak-patience.js')] : []),
    ...flags,
    ...files.map((file) => join('dist', file.replace(/\.ts$/, '.js'))),
  ]
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: environment,
  })
  // What it starts inherits it.
  if (child.pid !== undefined && priority > 0) setPriority(child.pid, priority)
  let told: Record<string, FileCounts> | undefined
  child.on('message', (message) => {
    told = message as Record<string, FileCounts>
  })
  const stop = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), 5_000).unref()
  }
  const end = setTimeout(
    () => {
      console.error('sluice test: mocha ran for too long and was ended')
      stop()
    },
    soak ? longestSoakMs : longestRunMs,
  )
  signal.addEventListener('abort', stop)
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', resolve)
  })
  clearTimeout(end)
  signal.removeEventListener('abort', stop)
  const counts = new Map<string, FileCounts>()
  for (const [file, each] of Object.entries(told ?? {})) counts.set(sourceOf(root, file), each)
  const isBroken = told === undefined || (code !== 0 && sumCounts(counts.values()).failed === 0)
  if (isBroken) {
    console.error(`sluice test: mocha broke off with code ${code ?? 'none'}`)
  }
  return isBroken ? new Map([...counts, ...broken]) : counts
}

function sourceOf(root: string, compiled: string): string {
  return relative(join(root, 'dist'), compiled).replace(/\.js$/, '.ts')
}
