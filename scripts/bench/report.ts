import { cpus, loadavg } from 'node:os'
import type { Figures } from './bench.ts'

/** One line of a benchmark's table. */
export interface Row {
  readonly figure: string
  readonly measured: string
  /** what it is held against: a bound, a target, or the same thing done plainly in the same run */
  readonly beside: string
}

/** Says on what machine, and beside what other load, a benchmark runs. */
export function printMachine(bench: string): void {
  const cores = cpus()
  const load = loadavg().map((part) => part.toFixed(2))
  console.log(
    `${bench}: ${cores.length} cores (${cores[0]?.model.trim() ?? 'unknown'}), Node ${process.version}`,
  )
  console.log(`load average before the run: ${load.join(', ')}\n`)
}

/** Prints figures, aligned. */
export function printTable(rows: readonly Row[]): void {
  const all = [{ figure: 'figure', measured: 'measured', beside: 'beside' }, ...rows]
  const figureWidth = Math.max(...all.map(({ figure }) => figure.length))
  const measuredWidth = Math.max(...all.map(({ measured }) => measured.length))
  for (const { figure, measured, beside } of all) {
    console.log(`${figure.padEnd(figureWidth)}  ${measured.padStart(measuredWidth)}  ${beside}`.trimEnd())
  }
  console.log(`\nload average after the run: ${loadavg()[0]?.toFixed(2)}`)
}

/** Prints figures as one line of JSON, to four decimals. */
export function printJson(figures: Readonly<Record<string, string>> | Figures): void {
  const rounded = Object.entries(figures).map(([name, value]: [string, string | number]) => [
    name,
    typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value,
  ])
  console.log(JSON.stringify(Object.fromEntries(rounded)))
}

/** Says what a benchmark is doing, on standard error. */
export function tellProgress(text: string): void {
  process.stderr.write(`… ${text}\n`)
}

/** `12,345` */
export function toCount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** `5.263 s` */
export function toSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

/** `95.1 %` */
export function toPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
