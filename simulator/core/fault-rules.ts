import * as z from 'zod'

const DAY_MS = 86_400_000
const span = z.number().int().min(0).max(DAY_MS)
const short = span.max(600_000)
const which = {
  /** part of the place, `POST /fapi/v1/order` or `stream/private/ACCOUNT_UPDATE`; all when absent */
  path: z.string().min(1).max(200).optional(),
  /** source address; all when absent */
  address: z.string().min(1).max(64).optional(),
  /** chance that what is in question is hit, 1 when absent */
  probability: z.number().min(0).max(1).optional(),
  /** how many are hit before the rule ends; without end when absent */
  count: z.number().int().min(1).max(1_000_000_000).optional(),
}

/** One thing that goes wrong. All spans in simulated ms. */
export const FaultRule = z.discriminatedUnion('kind', [
  // Holds the request back (before) or its finished answer (after).
  z.strictObject({
    kind: z.literal('latency'),
    ms: short,
    when: z.enum(['before', 'after']).optional(),
    ...which,
  }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    body: z.enum(['html', 'json', 'none']).optional(),
    retryAfterMs: span.optional(),
    ...which,
  }),
  z.strictObject({ kind: z.literal('empty'), body: z.enum(['none', 'list']).optional(), ...which }),
  z.strictObject({ kind: z.literal('nonJson'), ...which }),
  // With a path that begins with stream, cut ends the connection and refuse accepts none.
  z.strictObject({ kind: z.literal('cut'), ...which }),
  z.strictObject({ kind: z.literal('stall'), ms: short.optional(), ...which }),
  z.strictObject({ kind: z.literal('refuse'), ...which }),
  z.strictObject({ kind: z.literal('clockOffset'), offsetMs: z.number().int().min(-DAY_MS).max(DAY_MS) }),
  // Refuse with 429 or 418 for `ms` from now on; Retry-After tells the rest of it unless retryAfterMs is given.
  z.strictObject({ kind: z.literal('rateLimit'), ms: span, retryAfterMs: span.optional(), ...which }),
  z.strictObject({ kind: z.literal('ban'), ms: span.max(3 * DAY_MS), ...which }),

  // Answers and stream messages come `ms` and up to `spreadMs` more late; a stream keeps its order.
  z.strictObject({ kind: z.literal('delay'), ms: short, spreadMs: short.optional(), ...which }),
  // Account answers stay for `ms` as the account stands now.
  z.strictObject({ kind: z.literal('freeze'), ms: span, ...which }),
  // Account answers tell how the account stood `ms` ago.
  z.strictObject({ kind: z.literal('lag'), ms: short, ...which }),
  // Rows are missing from an account answer: those of a symbol or asset, or each with a chance.
  z.strictObject({
    kind: z.literal('lackRows'),
    symbol: z.string().min(1).max(40).optional(),
    share: z.number().min(0).max(1).optional(),
    ...which,
  }),
  // The request is refused with this code; Binance's are negative, Bybit's positive.
  z.strictObject({
    kind: z.literal('reject'),
    code: z.union([z.number().int().min(-9999).max(-1000), z.number().int().min(1).max(9_999_999)]),
    msg: z.string().max(200).optional(),
    status: z.number().int().min(400).max(599).optional(),
    ...which,
  }),
  // The outcome of orders is left open (-1007 and the like), whether they were taken (the default) or not.
  z.strictObject({ kind: z.literal('unknown'), taken: z.boolean().optional(), ...which }),
  // Orders are not found for `ms` after they were placed.
  z.strictObject({ kind: z.literal('notFoundFor'), ms: short, ...which }),
  // A conditional order whose price is reached is refused, expired, or stays TRIGGERING. Place: `trigger/SYMBOL`.
  z.strictObject({
    kind: z.literal('triggerFails'),
    status: z.enum(['REJECTED', 'EXPIRED', 'STUCK']),
    ...which,
  }),

  z.strictObject({ kind: z.literal('drop'), ...which }),
  // A stream message comes again, `ms` later.
  z.strictObject({ kind: z.literal('duplicate'), ms: short.optional(), ...which }),
  // A stream message comes after the next one, or after `ms` (1,000) when there is none.
  z.strictObject({ kind: z.literal('reorder'), ms: short.optional(), ...which }),
  // Streams stay open and tell nothing, for `ms` or as long as the rule stands.
  z.strictObject({ kind: z.literal('silence'), ms: span.optional(), ...which }),
  // E of stream messages is `ms` too small.
  z.strictObject({ kind: z.literal('eventTimeBehind'), ms: short, ...which }),
  // The message of a closed candle comes `ms` late.
  z.strictObject({ kind: z.literal('lateClose'), ms: short, ...which }),
])
export type FaultRule = z.infer<typeof FaultRule>
export type FaultKind = FaultRule['kind']

const ofStreams: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'drop',
  'duplicate',
  'reorder',
  'silence',
  'eventTimeBehind',
  'lateClose',
  'delay',
])
const ofBoth: ReadonlySet<FaultKind> = new Set<FaultKind>(['cut', 'refuse'])

// Of all venues together: `cancel-algos` is OKX's, `trading-stop` and what stands behind `order/` Bybit's.
const CHANGES_ORDERS = /^(?:POST|PUT|DELETE) .*(?:order|cancel-algos|trading-stop)/i
const NAMES_AN_ORDER =
  /(?:order|order-algo|cancel-algos|cancel-batch-orders|order\/(?:realtime|history|cancel|cancel-batch))$/i

/** True when a rule can hit what is at a place: `POST /fapi/v1/order`, `stream/private/ping` or `trigger/BTCUSDT`. */
export function concerns(rule: FaultRule, place: string): boolean {
  if (rule.kind === 'clockOffset') return false
  const { kind } = rule
  if (place.startsWith('stream/')) {
    return ofStreams.has(kind) || (ofBoth.has(kind) && (rule.path?.startsWith('stream') ?? false))
  }
  if (place.startsWith('trigger/') || kind === 'triggerFails') {
    return kind === 'triggerFails' && place.startsWith('trigger/')
  }
  if (kind === 'unknown') return CHANGES_ORDERS.test(place)
  if (kind === 'notFoundFor') return NAMES_AN_ORDER.test(place)
  if (kind === 'freeze' || kind === 'lag' || kind === 'lackRows') return place.startsWith('GET ')
  return kind === 'delay' || !ofStreams.has(kind)
}
