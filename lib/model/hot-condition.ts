import * as z from 'zod'

/** What makes a symbol hot: one measure, or several joined by `all` (and) or `any` (or). */
export type HotCondition =
  | { readonly all: readonly HotCondition[] }
  | { readonly any: readonly HotCondition[] }
  /** traded in 24 hours, in the quote asset */
  | { readonly quoteVolume24h: { readonly atLeast: number } }
  /** traded in the last minutes, in the quote asset */
  | { readonly quoteVolume: { readonly minutes: number; readonly atLeast: number } }
  /** by how much the price moved within the last minutes, up or down, as a fraction: 0.01 is 1 % */
  | { readonly move: { readonly minutes: number; readonly atLeast: number } }
  | { readonly openPosition: true }
  /** kept by hand */
  | { readonly symbols: readonly string[] }
  /** a file with a function of one's own: `export function isHot(facts) { … }` */
  | { readonly module: string }

/** The longest time back that a condition may look: as many one-minute candles are read per symbol. */
export const longestMinutes = 240

const atLeast = z.number('a number').min(0)
const minutes = z.number('a number').int('a whole number').min(1).max(longestMinutes)
const several = z.lazy(() =>
  z.array(hotConditionSchema, 'a list of conditions').min(1, 'at least one condition'),
)

const forms: Readonly<Record<string, z.ZodType>> = {
  all: several,
  any: several,
  quoteVolume24h: z.strictObject({ atLeast }),
  quoteVolume: z.strictObject({ minutes, atLeast }),
  move: z.strictObject({ minutes, atLeast }),
  openPosition: z.literal(true, 'true'),
  symbols: z.array(z.string().min(1), 'a list of symbols').min(1, 'at least one symbol'),
  module: z.string('the path of a file').regex(/\.m?js$/, 'the path of a .js or .mjs file'),
}

// By hand, because a union tells of a mistake in one of its forms only that none of them fits.
/** Reads a condition; what does not fit is told with its place. */
export const hotConditionSchema: z.ZodType<HotCondition> = z
  .unknown()
  .transform((value, context): HotCondition => {
    const entries =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
    const [kind = '', content] = entries[0] ?? []
    const form = Object.hasOwn(forms, kind) ? forms[kind] : undefined
    if (entries.length !== 1 || form === undefined) {
      const message = `expected an object with one of ${Object.keys(forms).join(', ')}`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const result = form.safeParse(content)
    if (result.success) return { [kind]: result.data } as HotCondition
    for (const { message, path } of result.error.issues)
      context.addIssue({ code: 'custom', message, path: [kind, ...path] })
    return z.NEVER
  })
