import { positionsAbsent } from '../../lua/positions-absent.ts'
import { positionsMerge } from '../../lua/positions-merge.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { AccountReport } from '../model/balance-report.ts'
import type { AccountSource } from '../model/position-report.ts'
import { decodePosition } from './account-position.ts'
import type { AccountPosition } from './account-position.ts'
import { settleMs } from './account-sources.ts'
import { toFlatWord, toPositionWord } from './account-words.ts'

/**
 * Merges a report's positions; of a complete snapshot it gives those that it lacks as questions. Where the venue does
 * not tell what is flat (`tellsFlat` false), two sources' settled snapshots that lack a position make it flat.
 */
export async function mergePositions(
  hub: Hub,
  { venue, account }: AccountOf,
  source: AccountSource,
  { positions, complete, askedAt }: AccountReport,
  tellsFlat: boolean,
): Promise<{ changed: string[]; questions: string[] }> {
  const key = hub.keys.positions(venue, account)
  const into = { positions: key, sequence: hub.keys.accountFeedSequence(venue, account) }
  const channel = hub.keys.accountFeed(venue, account)
  const words = positions.map(toPositionWord)
  const merged =
    words.length === 0 ? undefined : positionsMerge(hub.redis, into, { channel, source, settleMs }, words)
  const looked =
    !complete.positions && (tellsFlat || words.length === 0)
      ? undefined
      : positionsAbsent(
          hub.redis,
          { positions: key, sources: hub.keys.sources(venue, account) },
          { source, askedAt, complete: complete.positions, settleMs, answers: tellsFlat },
          words.map(({ place }) => place),
        )
  const [{ changed } = { changed: [] }, { questions, flat } = { questions: [], flat: [] }] =
    await Promise.all([merged, looked])
  if (flat.length === 0) return { changed, questions }
  const flattened = await positionsMerge(
    hub.redis,
    into,
    { channel, source: 'absence', settleMs },
    flat.map(toFlatWord),
  )
  return { changed: [...new Set([...changed, ...flattened.changed])], questions }
}

/** `SYMBOL/side` -> the position as the hub knows it, the flat ones too. */
export async function readPositions(
  hub: Hub,
  { venue, account }: AccountOf,
): Promise<Map<string, AccountPosition>> {
  return decodePositions(await hub.redis.hgetall(hub.keys.positions(venue, account)))
}

/** The same of stored texts. */
export function decodePositions(texts: Readonly<Record<string, string>>): Map<string, AccountPosition> {
  return new Map(Object.entries(texts).map(([field, text]) => [field, decodePosition(field, text)]))
}
