import type { Terminal, Tone } from './terminal.ts'

/** One column of a table. */
export interface Column {
  readonly title: string
  readonly align?: 'right'
}

/** A cell's text, and its tone if it has one. */
export type Cell = string | { readonly text: string; readonly tone: Tone | undefined }

/** The lines of a table. Columns stand two spaces apart, or one where the terminal is narrow; the last one is cut. */
export function toTable(
  terminal: Pick<Terminal, 'width' | 'paint'>,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => widthOf(textOf(row[i])))),
  )
  const total = (gap: number) => widths.reduce((sum, width) => sum + width, gap * (columns.length - 1))
  const gap = total(2) > terminal.width() ? 1 : 2
  const last = columns.length - 1
  const before = total(gap) - (widths[last] ?? 0)
  widths[last] = Math.max(8, Math.min(widths[last] ?? 0, terminal.width() - before))

  const toLine = (cells: readonly Cell[], tone?: Tone) =>
    columns
      .map(({ align }, i) => {
        const width = widths[i] ?? 0
        const text = cut(textOf(cells[i]), width)
        const own = cells[i]
        const fill = ' '.repeat(width - widthOf(text))
        const painted = terminal.paint(typeof own === 'object' ? own.tone : tone, text)
        return align === 'right' ? fill + painted : painted + (i === last ? '' : fill)
      })
      .join(' '.repeat(gap))
  const titles = columns.map(({ title }) => title)
  return [toLine(titles, 'quiet'), ...rows.map((row) => toLine(row))]
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '')
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = text
  while (widthOf(kept) > width - 1) kept = kept.slice(0, -1)
  return `${kept}…`
}

// Some symbols are named in Chinese, whose characters take two columns.
function widthOf(text: string): number {
  const wide = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)
  return text.length + (wide?.length ?? 0)
}
