import type { CountsByFile, FileCounts } from './run-mocha.ts'

/**
 * Runs what failed once more: the tests that did, and the whole file where one of them fails again, since a test may need
 * what those before it have left. `run` has mocha run files with flags.
 */
export async function runAgain(
  late: CountsByFile,
  mochaArguments: readonly string[],
  run: (files: readonly string[], flags: readonly string[]) => Promise<CountsByFile>,
): Promise<CountsByFile> {
  if (late.size === 0) return late
  const files = [...late.keys()]
  const now = new Map<string, FileCounts>()
  const titled = files.filter((file) => isTitled(late.get(file)) && mochaArguments.length === 0)
  if (titled.length > 0) {
    const titles = titled.flatMap((file) => late.get(file)?.failures ?? [])
    const told = await run(titled, ['--grep', `^(?:${titles.map(escapeTitle).join('|')})$`])
    for (const file of titled) {
      const [before, again] = [late.get(file), told.get(file)]
      if (before === undefined || again?.passed !== before.failed || again.failed > 0) continue
      now.set(file, { ...before, passed: before.passed + again.passed, failed: 0, failures: [] })
    }
  }
  const whole = files.filter((file) => !now.has(file))
  const told = whole.length > 0 ? await run(whole, mochaArguments) : new Map()
  return new Map([...now, ...told])
}

function isTitled(counts: FileCounts | undefined): boolean {
  return counts !== undefined && counts.failures.length === counts.failed
}

function escapeTitle(title: string): string {
  return title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
