import { marksMerge } from '../../lua/marks-merge.ts'
import type { Hub } from '../hub/hub.ts'
import { decodeMark } from '../model/mark.ts'
import type { Mark } from '../model/mark.ts'

/**
 * Merges marks newest-wins; one without a price or a time is none. `polledAt` is the venue time at which the market was
 * asked for them, undefined when nobody asked.
 */
export function mergeMarks(
  hub: Hub,
  venue: string,
  told: ReadonlyMap<string, Mark>,
  polledAt: number | undefined,
): Promise<{ won: number; older: number }> {
  return marksMerge(
    hub.redis,
    { marks: hub.keys.marks(venue), polls: hub.keys.polls(venue, 'mark') },
    { polledAt: polledAt === undefined ? 0 : Math.trunc(polledAt) },
    [...told].flatMap(([symbol, mark]) => {
      const { time, markPrice, ...others } = mark
      if (time === undefined || markPrice === undefined) return []
      return [{ symbol, row: JSON.stringify({ time, markPrice, ...others }) }]
    }),
  )
}

/** symbol -> its mark, as the hub knows it. */
export async function readMarks(hub: Hub, venue: string): Promise<Map<string, Mark>> {
  const texts = await hub.redis.hgetall(hub.keys.marks(venue))
  return new Map(Object.entries(texts).map(([symbol, text]) => [symbol, decodeMark(text)]))
}

/** Venue time at which the whole market was last asked for its marks; undefined when it never was. */
export async function readMarksPolledAt(hub: Hub, venue: string): Promise<number | undefined> {
  const text = await hub.redis.hget(hub.keys.polls(venue, 'mark'), 'mark')
  return text === null ? undefined : Number(text)
}
