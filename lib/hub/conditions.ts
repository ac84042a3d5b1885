import { conditionsWrite } from '../../lua/conditions-write.ts'
import type { ConditionChange } from '../../lua/conditions-write.ts'
import type { Hub } from './hub.ts'

/** Something that is not as it should be for as long as it stands. */
export interface Condition {
  /** market ms; what is raised again keeps the earlier moment */
  readonly since: number
  /** a sentence for a person */
  readonly text: string
  /** more of it, by names of its own */
  readonly [more: string]: unknown
}

/** What has conditions: a venue, or an account at one. */
export interface ConditionsOf {
  readonly venue: string
  readonly account?: string
}

/** Names of conditions that did not stand before, and of those that stand no longer. */
export interface ConditionNews {
  readonly raised: readonly string[]
  readonly cleared: readonly string[]
}

/** Says that a condition stands. Its name is the same text each time: `source risk silent`. */
export function raiseCondition(
  hub: Hub,
  of: ConditionsOf,
  name: string,
  condition: Condition,
): Promise<ConditionNews> {
  return writeConditions(hub, of, new Map([[name, condition]]))
}

/** Says that a condition stands no longer. */
export function clearCondition(hub: Hub, of: ConditionsOf, name: string): Promise<ConditionNews> {
  return writeConditions(hub, of, new Map([[name, undefined]]))
}

/** Says of each name what stands now; undefined: nothing. */
export async function writeConditions(
  { redis, keys }: Hub,
  { venue, account }: ConditionsOf,
  named: ReadonlyMap<string, Condition | undefined>,
): Promise<ConditionNews> {
  if (named.size === 0) return { raised: [], cleared: [] }
  const changes = [...named].map(toChange)
  const conditions = keys.conditions(venue, account)
  // What changes in a venue is told on its own channel, packed; these are read from the hash.
  if (account === undefined)
    return conditionsWrite(redis, { conditions, sequence: keys.feedSequence(venue) }, '', changes)
  const sequence = keys.accountFeedSequence(venue, account)
  return conditionsWrite(redis, { conditions, sequence }, keys.accountFeed(venue, account), changes)
}

/** The conditions that stand now, by name. */
export async function readConditions(
  hub: Hub,
  { venue, account }: ConditionsOf,
): Promise<Map<string, Condition>> {
  return decodeConditions(await hub.redis.hgetall(hub.keys.conditions(venue, account)))
}

/** The same of stored texts. */
export function decodeConditions(texts: Readonly<Record<string, string>>): Map<string, Condition> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text) as Condition]))
}

function toChange([name, condition]: [string, Condition | undefined]): ConditionChange {
  if (condition === undefined) return { name, since: 0, rest: '' }
  const { since, text, ...more } = condition
  return { name, since: Math.max(1, Math.floor(since)), rest: JSON.stringify({ text, ...more }) }
}
