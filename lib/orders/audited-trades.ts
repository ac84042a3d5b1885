import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'

// No symbol is named so.
const beginField = '*'

/** Up to which venue times all trades of an account are in its fills. */
export interface Audited {
  /** when that began */
  readonly begin: number
  /** symbol -> until when, where that is later */
  readonly audited: ReadonlyMap<string, number>
}

/** Reads it; where nothing is known it begins at `now`, venue time. */
export async function readAudited(hub: Hub, of: AccountOf, now: number): Promise<Audited> {
  const key = keyOf(hub, of)
  const [, fields] = await Promise.all([hub.redis.hsetnx(key, beginField, now), hub.redis.hgetall(key)])
  const { [beginField]: begin, ...symbols } = fields
  return {
    begin: Number(begin),
    audited: new Map(Object.entries(symbols).map(([symbol, at]) => [symbol, Number(at)])),
  }
}

/** Says that all trades of a symbol up to `at`, venue time, are in the fills. */
export async function noteAudited(hub: Hub, of: AccountOf, symbol: string, at: number): Promise<void> {
  await hub.redis.hset(keyOf(hub, of), symbol, Math.floor(at))
}

function keyOf({ keys }: Hub, { venue, account }: AccountOf): string {
  return keys.auditedTrades(venue, account)
}
