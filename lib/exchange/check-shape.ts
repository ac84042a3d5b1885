import type { Raw } from './raw.ts'

/** What stands in a field. Numbers of a venue are text where money is meant; times are ms since epoch. */
export type Kind = keyof typeof kinds

/** One of these words, or of these numbers as text. */
export interface Words {
  readonly words: readonly string[]
}

/** An object. */
export interface RowShape {
  /** what is read, and stands in every row */
  readonly reads: Readonly<Record<string, Shape>>
  /** what is read of the rows that have it; null is as good as absent */
  readonly may?: Readonly<Record<string, Shape>>
  /** what is known and not read: names with spaces between them */
  readonly knows?: string
}

/** Objects of several kinds, told apart by a word in a field. */
export interface KindsShape {
  readonly by: string
  readonly rows: Readonly<Record<string, RowShape>>
}

/** A list. Of objects of several kinds it `has` one at least of each of these. */
export interface ListShape {
  readonly each: Shape
  readonly has?: readonly string[]
}

/** A list in which every place has a meaning of its own; what follows the last one is not read. */
export interface PlacesShape {
  readonly places: readonly Kind[]
}

/** What is known of a value that a venue tells. */
export type Shape = Kind | Words | RowShape | KindsShape | ListShape | PlacesShape

/** One way in which a payload is not what is known, and how many of its rows are so. */
export interface Finding {
  readonly kind: 'missing' | 'unknown' | 'event' | 'word' | 'type'
  /** where it is, such as `symbols[].filters[LOT_SIZE].stepSize`; empty: the payload itself */
  readonly path: string
  /** what should be there; empty of what is not known */
  readonly expected: string
  /** what is there in the first such row, short; empty where nothing is, and of what is not known */
  readonly found: string
  readonly count: number
}

/** How a payload differs from what is known of it; nothing when it does not. */
export function checkShape(shape: Shape, payload: unknown): Finding[] {
  const findings = new Map<string, Finding>()
  const note: Note = (kind, path, expected, found) => {
    const key = `${kind} ${path} ${kind === 'word' ? found : ''}`
    const { count = 0, ...first } = findings.get(key) ?? { kind, path, expected, found }
    findings.set(key, { ...first, count: count + 1 })
  }
  look(shape, payload, '', note)
  return [...findings.values()]
}

/** Whether what was found is more than a field, or an event, that nothing reads. */
export function isHarmful({ kind }: Finding): boolean {
  return kind !== 'unknown' && kind !== 'event'
}

/** A finding as a part of a sentence; `place` is where the payload came from. */
export function describeFinding({ kind, path, expected, found, count }: Finding, place: string): string {
  const where = path === '' ? place : `${place} ${path}`
  const rows = count === 1 ? '' : ` (${count} times)`
  switch (kind) {
    case 'missing':
      return `missing field ${where}, expected ${expected}${rows}`
    case 'unknown':
      return `unknown field ${where}${rows}`
    case 'event':
      return `unknown event ${where}${rows}`
    case 'word':
      return `unknown word ${found} in ${where}, known are ${expected}${rows}`
    case 'type':
      return `${where} must be ${expected}, was ${found}${rows}`
  }
}

type Note = (kind: Finding['kind'], path: string, expected: string, found: string) => void

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
// Seconds and microseconds are no milliseconds: 2001 to 2286.
const isMs = (value: number) => Number.isSafeInteger(value) && value >= 1e12 && value < 1e13
const isText = (value: unknown): value is string => typeof value === 'string'
const isDecimal = (value: unknown) => isText(value) && decimal.test(value)
const isMsText = (value: unknown) => isText(value) && /^\d+$/.test(value) && isMs(Number(value))
const isMsNumber = (value: unknown) => typeof value === 'number' && isMs(value)
const isNone = (value: unknown) => value === '' || value === null

const kinds = {
  text: (value: unknown) => isText(value) && value !== '',
  'text, perhaps empty': (value: unknown) => isText(value) || value === null,
  decimal: isDecimal,
  'decimal, perhaps empty': (value: unknown) => isDecimal(value) || isNone(value),
  'ms as text': isMsText,
  'ms as text, perhaps empty': (value: unknown) => isMsText(value) || value === '0' || isNone(value),
  'ms as number': isMsNumber,
  'ms as number, perhaps 0': (value: unknown) => isMsNumber(value) || value === 0,
  number: (value: unknown) => typeof value === 'number' && Number.isFinite(value),
  'whole number': (value: unknown) => Number.isInteger(value) || (isText(value) && /^-?\d+$/.test(value)),
  'true or false': (value: unknown) => typeof value === 'boolean',
  anything: () => true,
} as const satisfies Readonly<Record<string, (value: unknown) => boolean>>

function look(shape: Shape, value: unknown, path: string, note: Note): void {
  if (typeof shape === 'string') {
    if (!kinds[shape](value)) note('type', path, shape, shorten(value))
  } else if ('words' in shape) {
    if (!isText(value) && typeof value !== 'number')
      note('type', path, `one of ${shape.words.join(', ')}`, shorten(value))
    else if (!shape.words.includes(String(value)))
      note('word', path, shape.words.map(show).join(', '), shorten(value))
  } else if ('each' in shape) lookAtList(shape, value, path, note)
  else if ('places' in shape) lookAtPlaces(shape, value, path, note)
  else if (!isRow(value)) note('type', path, 'an object', shorten(value))
  else if ('by' in shape) lookAtKinds(shape, value, path, note)
  else lookAtRow(shape, value, path, note)
}

function lookAtRow({ reads, may = {}, knows = '' }: RowShape, row: Raw, path: string, note: Note): void {
  for (const [field, shape] of Object.entries(reads)) {
    if (row[field] === undefined) note('missing', join(path, field), nameOf(shape), '')
    else look(shape, row[field], join(path, field), note)
  }
  for (const [field, shape] of Object.entries(may)) {
    const value = row[field]
    if (value !== undefined && value !== null) look(shape, value, join(path, field), note)
  }
  const known = new Set([...Object.keys(reads), ...Object.keys(may), ...knows.split(/\s+/)])
  for (const field of Object.keys(row)) if (!known.has(field)) note('unknown', join(path, field), '', '')
}

function lookAtKinds({ by, rows }: KindsShape, row: Raw, path: string, note: Note): void {
  const kind = row[by]
  const shape = isText(kind) && Object.hasOwn(rows, kind) ? rows[kind] : undefined
  if (shape !== undefined) lookAtRow(shape, row, path.replace(/\[\]$/, `[${String(kind)}]`), note)
  else if (kind === undefined) note('missing', join(path, by), 'text', '')
  else look({ words: Object.keys(rows) }, kind, join(path, by), note)
}

function lookAtList({ each, has = [] }: ListShape, list: unknown, path: string, note: Note): void {
  if (!Array.isArray(list)) return note('type', path, 'a list', shorten(list))
  for (const value of list as unknown[]) look(each, value, `${path}[]`, note)
  if (typeof each === 'string' || !('by' in each)) return
  for (const kind of has)
    if (!list.some((row) => isRow(row) && row[each.by] === kind))
      note('missing', `${path}[${kind}]`, `a row with this ${each.by}`, '')
}

function lookAtPlaces({ places }: PlacesShape, list: unknown, path: string, note: Note): void {
  if (!Array.isArray(list)) return note('type', path, 'a list', shorten(list))
  for (const [i, kind] of places.entries()) {
    if (list[i] === undefined) note('missing', `${path}[${i}]`, kind, '')
    else look(kind, list[i], `${path}[${i}]`, note)
  }
}

function isRow(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(shape: Shape): string {
  if (typeof shape === 'string') return shape
  if ('words' in shape) return `one of ${shape.words.map(show).join(', ')}`
  return 'each' in shape || 'places' in shape ? 'a list' : 'an object'
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}

function show(word: string): string {
  return word === '' ? '""' : word
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
