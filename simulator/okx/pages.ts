import { readInteger, readLimit } from './parameters.ts'
import { wrongParameter } from './okx-error.ts'

const MOST_ROWS = 100

/** What a list is asked with: `id` is what its pages go by. */
export interface Listed<T> {
  /** oldest first, with what is not listed any more: a page goes on behind a row that has left the list */
  readonly all: readonly T[]
  readonly id: (row: T) => string
  readonly isWanted: (row: T) => boolean
  /** of `begin` and `end`, where the list has them */
  readonly time?: (row: T) => number
}

/** At most 100 rows, the newest first: older than the one that `after` names, newer than that of `before`. */
export function readPage<T>({ all, id, isWanted, time }: Listed<T>, query: URLSearchParams): T[] {
  const limit = readLimit(query, 'limit', MOST_ROWS, MOST_ROWS)
  const placeOf = (name: string): number | undefined => {
    const wanted = query.get(name) ?? ''
    if (wanted === '') return undefined
    const found = all.findIndex((each) => id(each) === wanted)
    if (found < 0) throw wrongParameter(name)
    return found
  }
  const from = (placeOf('before') ?? -1) + 1
  const rows = all.slice(from, placeOf('after') ?? all.length).filter(isWanted)
  return (time === undefined ? rows : rows.filter(within(query, time))).slice(-limit).toReversed()
}

/** From `begin` to `end`, ms. */
function within<T>(query: URLSearchParams, time: (row: T) => number): (row: T) => boolean {
  const begin = readInteger(query, 'begin') ?? 0
  const end = readInteger(query, 'end') ?? Infinity
  return (row) => time(row) >= begin && time(row) <= end
}
