import * as z from 'zod'
import type { Clock } from './clock.ts'
import { sequence } from './random.ts'

const DAY_MS = 86_400_000
const span = z.number().int().min(0).max(DAY_MS)
const which = {
  /** part of the path; all paths when absent */
  path: z.string().min(1).max(200).optional(),
  /** source address; all when absent */
  address: z.string().min(1).max(64).optional(),
  /** chance that a request in question is hit, 1 when absent */
  probability: z.number().min(0).max(1).optional(),
  /** how many requests are hit before the rule ends; without end when absent */
  count: z.number().int().min(1).max(1_000_000_000).optional(),
}

/** One thing that goes wrong. All spans in simulated ms. */
export const FaultRule = z.discriminatedUnion('kind', [
  // Holds the request back (before) or its finished answer (after).
  z.strictObject({
    kind: z.literal('latency'),
    ms: span.max(600_000),
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
  z.strictObject({ kind: z.literal('cut'), ...which }),
  z.strictObject({ kind: z.literal('stall'), ms: span.max(600_000).optional(), ...which }),
  z.strictObject({ kind: z.literal('refuse'), ...which }),
  z.strictObject({ kind: z.literal('clockOffset'), offsetMs: z.number().int().min(-DAY_MS).max(DAY_MS) }),
  // Refuse with 429 or 418 for `ms` from now on; Retry-After tells the rest of it unless retryAfterMs is given.
  z.strictObject({ kind: z.literal('rateLimit'), ms: span, retryAfterMs: span.optional(), ...which }),
  z.strictObject({ kind: z.literal('ban'), ms: span.max(3 * DAY_MS), ...which }),
])
export type FaultRule = z.infer<typeof FaultRule>
export type FaultKind = FaultRule['kind']

/** The rules that hit one request, by kind. */
export type Hits = {
  readonly [K in FaultKind]?: Extract<FaultRule, { kind: K }> & { readonly until: number }
}

interface Standing {
  readonly rule: FaultRule
  left: number
  /** simulated ms at which a rateLimit or ban rule ends */
  readonly until: number
}

/** The faults in force. */
export class Faults {
  private readonly clock: Clock
  private readonly seed: number
  private standing: Standing[] = []
  private next: () => number

  constructor(clock: Clock, seed: number) {
    this.clock = clock
    this.seed = seed
    this.next = sequence(seed)
  }

  /** Puts these rules in the place of all before them. */
  replace(rules: readonly FaultRule[]): void {
    const offset = rules.findLast((rule) => rule.kind === 'clockOffset')
    this.clock.offsetMs = offset?.offsetMs ?? 0
    const now = this.clock.now()
    this.next = sequence(this.seed)
    this.standing = rules.map((rule) => ({
      rule,
      left: ('count' in rule ? rule.count : undefined) ?? Infinity,
      until: rule.kind === 'rateLimit' || rule.kind === 'ban' ? now + rule.ms : Infinity,
    }))
  }

  /** The rules in force, with what is left of their counts. */
  list(): (FaultRule & { left?: number })[] {
    this.prune()
    return this.standing.map(({ rule, left }) => (left === Infinity ? { ...rule } : { ...rule, left }))
  }

  /** The rules that hit a request; each is used up by one. The first of a kind counts. */
  take(address: string, path: string): Hits {
    if (this.standing.length === 0) return {}
    this.prune()
    const hits: Record<string, FaultRule & { until: number }> = {}
    for (const each of this.standing) {
      const { rule } = each
      if (rule.kind === 'clockOffset' || hits[rule.kind] !== undefined) continue
      if (rule.path !== undefined && !path.includes(rule.path)) continue
      if (rule.address !== undefined && rule.address !== address) continue
      if (rule.probability !== undefined && this.next() >= rule.probability) continue
      each.left -= 1
      hits[rule.kind] = { ...rule, until: each.until }
    }
    return hits
  }

  /** True when a new connection is to be closed at once: a refuse rule for all paths hits it. */
  takeConnection(address: string): boolean {
    this.prune()
    for (const each of this.standing) {
      const { rule } = each
      if (rule.kind !== 'refuse' || rule.path !== undefined) continue
      if (rule.address !== undefined && rule.address !== address) continue
      if (rule.probability !== undefined && this.next() >= rule.probability) continue
      each.left -= 1
      return true
    }
    return false
  }

  private prune(): void {
    const now = this.clock.now()
    this.standing = this.standing.filter((each) => each.left > 0 && now < each.until)
  }
}
