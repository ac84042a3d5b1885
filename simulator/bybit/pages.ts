import { invalidParameter } from './bybit-error.ts'
import { readInteger, readLimit } from './parameters.ts'

const WEEK_MS = 7 * 86_400_000

/** What a list is asked with. */
export interface Listed<T> {
  /** oldest first, with what is not listed any more: a page goes on behind a row that has left the list */
  readonly all: readonly T[]
  readonly id: (row: T) => string
  readonly time: (row: T) => number
  readonly isWanted: (row: T) => boolean
  readonly usual: number
  readonly most: number
}

/** A page, the newest first, and the cursor of what follows it: there is one behind every row, the last one's too. */
export function readPage<T>(
  { all, id, time, isWanted, usual, most }: Listed<T>,
  query: URLSearchParams,
): { rows: T[]; nextPageCursor: string } {
  const limit = readLimit(query, usual, most)
  // Whoever sends it on as it came has it decoded by the query, whoever encodes it again has not.
  const [after] = (query.get('cursor') ?? '').split(/%3A|:/)
  const end = after === '' ? all.length : all.findIndex((each) => id(each) === after)
  if (end < 0) throw invalidParameter('cursor')
  const rows = all.slice(0, end).filter(isWanted).slice(-limit).toReversed()
  const [first, last] = [rows[0], rows.at(-1)]
  const part = (row: T) => `${id(row)}%3A${time(row)}`
  // As the venue's own look: percent signs and all, to be sent as they are.
  const nextPageCursor = first === undefined || last === undefined ? '' : `${part(last)}%2C${part(first)}`
  return { rows, nextPageCursor }
}

/** The times a list is asked for: a week from `startTime` or before `endTime`, or the last one. Throws BybitError. */
export function readSpan(query: URLSearchParams, now: number): { from: number; to: number } {
  const start = readInteger(query, 'startTime')
  const end = readInteger(query, 'endTime')
  const from = start ?? (end ?? now) - WEEK_MS
  const to = end ?? (start === undefined ? Infinity : start + WEEK_MS)
  if (to !== Infinity && (to < from || to - from > WEEK_MS)) throw invalidParameter('startTime or endTime')
  return { from, to }
}
