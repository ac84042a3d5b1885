import type { Kind, Shape } from '../../lib/exchange/check-shape.ts'

type Step = string | number

/** A field, or a place of a list, that is read. */
export interface ReadPlace {
  /** as a finding names it */
  readonly path: string
  readonly steps: readonly Step[]
}

/** One way in which a venue may change a field. */
export type Change = 'drop' | 'rename' | 'retype'

const samples: Readonly<Record<Kind, unknown>> = {
  text: 'a word',
  'text, perhaps empty': 'another word',
  decimal: '1.5',
  'decimal, perhaps empty': '-0.00012',
  'ms as text': '1795365026426',
  'ms as text, perhaps empty': '1795365026427',
  'ms as number': 1_795_365_026_426,
  'ms as number, perhaps 0': 1_795_365_026_427,
  number: 20,
  'whole number': '8389765519993908929',
  'true or false': true,
  anything: null,
}

/** A payload that is all that is known, with one row in each list, or one of each kind. */
export function sampleOf(shape: Shape): unknown {
  if (typeof shape === 'string') return samples[shape]
  if ('words' in shape) return shape.words[0]
  if ('places' in shape) return shape.places.map((kind) => samples[kind])
  if ('each' in shape) {
    const { each } = shape
    if (typeof each !== 'object' || !('by' in each)) return [sampleOf(each)]
    return Object.entries(each.rows).map(([kind, row]) => ({ ...(sampleOf(row) as object), [each.by]: kind }))
  }
  if ('by' in shape) throw new RangeError('objects of several kinds stand in lists')
  const fields = [...Object.entries(shape.reads), ...Object.entries(shape.may ?? {})]
  const known = (shape.knows ?? '').split(/\s+/).filter((field) => field !== '')
  return {
    ...Object.fromEntries(known.map((field) => [field, 'not read'])),
    ...Object.fromEntries(fields.map(([field, each]) => [field, sampleOf(each)])),
  }
}

/** All that is read of a payload and is there. The word that tells kinds of rows apart is none of it. */
export function readPlaces(shape: Shape, payload: unknown): ReadPlace[] {
  if (typeof shape === 'string' || 'words' in shape || payload === undefined || payload === null) return []
  const inside = (path: string, step: Step, of: Shape): ReadPlace[] => {
    const value = (payload as Record<Step, unknown>)[step]
    return readPlaces(of, value).map((place) => ({
      path: place.path.startsWith('[') || path === '' ? path + place.path : `${path}.${place.path}`,
      steps: [step, ...place.steps],
    }))
  }
  if ('places' in shape) return shape.places.map((_, i) => ({ path: `[${i}]`, steps: [i] }))
  if ('each' in shape) {
    const { each } = shape
    return (payload as unknown[]).flatMap((row, i) => {
      if (typeof each !== 'object' || !('by' in each)) return inside('[]', i, each)
      const kind = String((row as Record<string, unknown>)[each.by])
      const reads = each.rows[kind]
      return reads === undefined
        ? []
        : inside(`[${kind}]`, i, reads).filter(({ steps }) => steps[1] !== each.by)
    })
  }
  if ('by' in shape) throw new RangeError('objects of several kinds stand in lists')
  return Object.entries(shape.reads).flatMap(([field, of]) =>
    (payload as Record<string, unknown>)[field] === undefined
      ? []
      : [{ path: field, steps: [field] }, ...inside(field, field, of)],
  )
}

/** The payload with one place changed; what stood there before stands in `payload` still. */
export function changed(payload: unknown, [step, ...rest]: readonly Step[], change: Change): unknown {
  const copy = (Array.isArray(payload) ? [...(payload as unknown[])] : { ...(payload as object) }) as Record<
    Step,
    unknown
  >
  if (step === undefined) throw new RangeError('there is no such place')
  if (rest.length > 0) copy[step] = changed(copy[step], rest, change)
  else if (change === 'retype') copy[step] = typeof copy[step] === 'object' ? 7 : {}
  else {
    if (change === 'rename') copy[`${step}New`] = copy[step]
    // A list keeps its places.
    copy[step] = undefined
    if (!Array.isArray(payload)) delete copy[step]
  }
  return copy
}

/** `KIND path` of what must be found after a change, and nothing else. */
export function findingsOf({ path, steps }: ReadPlace, change: Change): string[] {
  if (change === 'retype') return [`type ${path}`]
  // A name in a list is none.
  if (change === 'drop' || typeof steps.at(-1) === 'number') return [`missing ${path}`]
  return [`missing ${path}`, `unknown ${path}New`]
}

// The shapes hold any, as a venue has many; some of them are read in their own way.
const typesOfIncome = ['2', '8', 'TRADE', 'SETTLEMENT']

const others: Readonly<Partial<Record<Kind, readonly unknown[]>>> = {
  'text, perhaps empty': [''],
  decimal: ['0'],
  'decimal, perhaps empty': ['', '0', '1'],
  'ms as text, perhaps empty': ['', '0'],
  'ms as number, perhaps 0': [0],
  'true or false': [false],
}

/**
 * Payloads of a shape: one for each word that a field of it may hold, and for each other way in which it may be filled or be
 * empty; and without the fields that not every row has. Rows of OKX and Bybit are of `symbol`, and linear.
 */
export function variantsOf(shape: Shape, symbol: string): unknown[] {
  const sample = withSymbol(sampleOf(shape), symbol)
  const least = withSymbol(sampleOf(withoutMay(shape)), symbol)
  return [sample, least, ...otherValues(shape).map(([steps, value]) => put(sample, steps, value))]
}

/** The paths of all that is read, as `watchReads` notes them. */
export function declaredFields(shape: Shape, path = ''): Set<string> {
  if (typeof shape !== 'object' || 'words' in shape || 'places' in shape || 'by' in shape) return new Set()
  if ('each' in shape) return declaredFields(shape.each, `${path}[]`)
  const fields = [...Object.entries(shape.reads), ...Object.entries(shape.may ?? {})]
  return new Set(
    fields.flatMap(([field, each]) => {
      const at = path === '' ? field : `${path}.${field}`
      return [at, ...declaredFields(each, at)]
    }),
  )
}

function withoutMay(shape: Shape): Shape {
  if (typeof shape !== 'object') return shape
  if ('each' in shape) return { ...shape, each: withoutMay(shape.each) }
  if (!('reads' in shape)) return shape
  const reads = Object.entries(shape.reads).map(([field, each]) => [field, withoutMay(each)])
  return { reads: Object.fromEntries(reads) as Record<string, Shape>, knows: shape.knows ?? '' }
}

function otherValues(shape: Shape): (readonly [Step[], unknown])[] {
  if (typeof shape === 'string') return (others[shape] ?? []).map((value) => [[], value])
  if ('words' in shape) return shape.words.map((word) => [[], word])
  if ('places' in shape || 'by' in shape) return []
  if ('each' in shape) return otherValues(shape.each).map(([steps, value]) => [[0, ...steps], value])
  const { reads, may = {} } = shape
  const absent = Object.keys(may).map((field): [Step[], unknown] => [[field], undefined])
  const types =
    reads['type'] === 'text' ? typesOfIncome.map((type): [Step[], unknown] => [['type'], type]) : []
  const filled = [...Object.entries(reads), ...Object.entries(may)].flatMap(([field, each]) =>
    otherValues(each).map(([steps, value]): [Step[], unknown] => [[field, ...steps], value]),
  )
  return [...absent, ...types, ...filled]
}

function put(payload: unknown, [step, ...rest]: readonly Step[], value: unknown): unknown {
  if (step === undefined) return value
  const copy = (Array.isArray(payload) ? [...(payload as unknown[])] : { ...(payload as object) }) as Record<
    Step,
    unknown
  >
  copy[step] = put(copy[step], rest, value)
  return copy
}

function withSymbol(payload: unknown, symbol: string): unknown {
  if (Array.isArray(payload)) return payload.map((each) => withSymbol(each, symbol))
  if (typeof payload !== 'object' || payload === null) return payload
  return Object.fromEntries(
    Object.entries(payload).map(([field, value]) => {
      if (field === 'instId') return [field, symbol]
      return [field, field === 'category' && value !== 'not read' ? 'linear' : withSymbol(value, symbol)]
    }),
  )
}
