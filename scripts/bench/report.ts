import { cpus, loadavg } from 'node:os'
import type { Line } from './bench.ts'

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

/** Prints figures side by side, a column for each of `titles`. */
export function printColumns(
  titles: readonly string[],
  rows: readonly { readonly figure: string; readonly cells: readonly string[]; readonly target: string }[],
): void {
  const lines = [
    ['figure', ...titles, 'target'],
    ...rows.map(({ figure, cells, target }) => [figure, ...cells, target]),
  ]
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? []
  for (const line of lines) {
    const told = line.map((cell, at) =>
      at === 0 || at > titles.length ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
    console.log(told.join('  ').trimEnd())
  }
  console.log(`\nload average after the run: ${loadavg()[0]?.toFixed(2)}`)
}

/** Prints figures as one line of JSON, to four decimals. */
export function printJson(line: Line): void {
  const rounded = Object.entries(line).map(([name, value]) => [
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
