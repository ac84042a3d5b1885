import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { decodePosition } from './account-position.ts'
import type { AccountPosition } from './account-position.ts'

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
