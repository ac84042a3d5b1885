import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '../../lib/hub/project-root.ts'
import { sumCounts } from '../run-tests/run-mocha.ts'
import type { Counts } from '../run-tests/run-mocha.ts'
import { plainEnvironment } from './bench-redis.ts'
import { tellProgress } from './report.ts'

// Real ms.
const longestMs = 5 * 60_000
const shownLines = 12

/** Runs the compiled conformance suite of a venue against a simulator of its own. */
export async function runConformance(venue: string, signal: AbortSignal): Promise<Counts> {
  const root = projectRoot()
  const program = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const reporter = join(root, 'scripts', 'run-tests', 'reporter.cjs')
  const file = join('dist', 'test', 'conformance', `${venue}.test.js`)
  const child = spawn(process.execPath, [program, '--no-config', '--exit', `--reporter=${reporter}`, file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: plainEnvironment(),
  })
  const end = () => child.kill('SIGTERM')
  const late = setTimeout(end, longestMs)
  signal.addEventListener('abort', end, { once: true })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => (said += text))
  let told: Record<string, Counts> | undefined
  child.on('message', (message) => {
    told = message as Record<string, Counts>
  })
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  clearTimeout(late)
  signal.removeEventListener('abort', end)
  signal.throwIfAborted()
  if (told === undefined)
    throw new Error(`the conformance suite of ${venue} broke off: ${lastOf(said, shownLines)}`)
  const counts = sumCounts(Object.values(told))
  // The spec report ends with what failed, and why.
  if (counts.failed > 0)
    tellProgress(said.slice(Math.max(0, said.search(/^ {2}\d+ passing/m))).slice(0, 4_000))
  return counts
}

function lastOf(text: string, lines: number): string {
  return text.trim().split('\n').slice(-lines).join('\n')
}
