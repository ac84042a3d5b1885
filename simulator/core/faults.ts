import type { Clock } from './clock.ts'
import { concerns, type FaultKind, type FaultRule } from './fault-rules.ts'
import { sequence } from './random.ts'

/** A rule that hits, and the simulated ms from which and to which it stands. */
export type Hit<K extends FaultKind = FaultKind> = Extract<FaultRule, { kind: K }> & {
  readonly since: number
  readonly until: number
}

/** The rules that hit one request or stream message, by kind. */
export type Hits = { readonly [K in FaultKind]?: Hit<K> }

interface Standing {
  readonly rule: FaultRule
  left: number
  readonly since: number
  readonly until: number
  /** decides on chances, from the seed and the rule's place alone */
  readonly next: () => number
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

  get isEmpty(): boolean {
    return this.standing.length === 0
  }

  /** Puts these rules in the place of all before them. */
  replace(rules: readonly FaultRule[]): void {
    const offset = rules.findLast((rule) => rule.kind === 'clockOffset')
    this.clock.offsetMs = offset?.offsetMs ?? 0
    const now = this.clock.now()
    this.next = sequence(this.seed)
    this.standing = rules.map((rule, index) => ({
      rule,
      left: ('count' in rule ? rule.count : undefined) ?? Infinity,
      since: now,
      until: now + lifeOf(rule),
      next: sequence(this.seed + index),
    }))
  }

  /** The rules in force, with what is left of their counts. */
  list(): (FaultRule & { left?: number })[] {
    this.prune()
    return this.standing.map(({ rule, left }) => (left === Infinity ? { ...rule } : { ...rule, left }))
  }

  /** How far back (simulated ms) a lagging or frozen answer may reach; undefined when none may. */
  get horizonMs(): number | undefined {
    const spans = this.standing.flatMap(({ rule }) =>
      rule.kind === 'lag' || rule.kind === 'freeze' ? rule.ms : [],
    )
    return spans.length === 0 ? undefined : Math.max(...spans)
  }

  /**
   * The rules that hit what is at a place (`POST /fapi/v1/order`, `stream/private/ACCOUNT_UPDATE`, `trigger/BTCUSDT`);
   * each is used up by one. The first of a kind counts.
   */
  take(address: string, place: string): Hits {
    if (this.standing.length === 0) return {}
    this.prune()
    const hits: Record<string, FaultRule & { since: number; until: number }> = {}
    for (const each of this.standing) {
      const { rule, since, until } = each
      if (hits[rule.kind] !== undefined || !concerns(rule, place)) continue
      if (strikes(each, address, place)) hits[rule.kind] = { ...rule, since, until }
    }
    return hits
  }

  /** True when a new connection is to be closed at once: a refuse rule for all paths hits it. */
  takeConnection(address: string): boolean {
    this.prune()
    for (const each of this.standing) {
      const { rule } = each
      if (rule.kind !== 'refuse' || rule.path !== undefined) continue
      if (strikes(each, address, '')) return true
    }
    return false
  }

  /** From 0 to 1, the next of the seed's. */
  chance(): number {
    return this.next()
  }

  private prune(): void {
    const now = this.clock.now()
    this.standing = this.standing.filter((each) => each.left > 0 && now < each.until)
  }
}

function strikes(each: Standing, address: string, place: string): boolean {
  const { rule } = each
  if (rule.kind === 'clockOffset') return false
  if (rule.path !== undefined && !place.includes(rule.path)) return false
  if (rule.address !== undefined && rule.address !== address) return false
  if (rule.probability !== undefined && each.next() >= rule.probability) return false
  each.left -= 1
  return true
}

function lifeOf(rule: FaultRule): number {
  if (rule.kind === 'rateLimit' || rule.kind === 'ban' || rule.kind === 'freeze') return rule.ms
  return rule.kind === 'silence' ? (rule.ms ?? Infinity) : Infinity
}
