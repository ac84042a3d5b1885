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
  'text, perhaps empty': '',
  decimal: '-0.00012',
  'decimal, perhaps empty': '',
  'ms as text': '1795365026426',
  'ms as text, perhaps empty': '0',
  'ms as number': 1_795_365_026_426,
  'ms as number, perhaps 0': 0,
  number: 20,
  'whole number': '8389765519993908929',
  'true or false': false,
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
