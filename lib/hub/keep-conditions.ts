import { writeConditions } from './conditions.ts'
import type { Condition, ConditionNews, ConditionsOf } from './conditions.ts'
import type { Hub } from './hub.ts'

/**
 * Makes the conditions whose names begin with `prefix` those of `standing`, all of whose names begin so: for whoever
 * judges all of one kind at once. What it does not name any more is cleared.
 */
export async function keepConditions(
  hub: Hub,
  of: ConditionsOf,
  prefix: string,
  standing: ReadonlyMap<string, Condition>,
): Promise<ConditionNews> {
  const stored = await hub.redis.hkeys(hub.keys.conditions(of.venue, of.account))
  const gone = stored.filter((name) => name.startsWith(prefix) && !standing.has(name))
  const named = new Map<string, Condition | undefined>(standing)
  for (const name of gone) named.set(name, undefined)
  return writeConditions(hub, of, named)
}
