import { banLift } from '../../lua/ban-lift.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import { encodeBan } from '../model/trading-state.ts'
import type { Ban } from '../model/trading-state.ts'
import { isStanding } from './listing-bans.ts'
import type { StoredBan } from './listing-bans.ts'

/** Bans a symbol, or with ALL every one; false while another ban stands on it. `now` is venue time. */
export async function setBan(
  hub: Hub,
  { venue, account }: AccountOf,
  symbol: string,
  ban: Ban,
  now: number,
): Promise<boolean> {
  const bans = hub.keys.bans(venue, account)
  const before = await hub.redis.hget(bans, symbol)
  if (before !== null) {
    if (isStanding(JSON.parse(before) as StoredBan, now)) return false
    await banLift(hub.redis, { bans }, { symbol, ban: before })
  }
  return (await hub.redis.hsetnx(bans, symbol, encodeBan(ban))) === 1
}

/** Takes away the bans that have ended by themselves at `now`, venue time; gives their symbols. */
export async function dropEndedBans(hub: Hub, { venue, account }: AccountOf, now: number): Promise<string[]> {
  const bans = hub.keys.bans(venue, account)
  const dropped: string[] = []
  for (const [symbol, ban] of Object.entries(await hub.redis.hgetall(bans)))
    if (
      !isStanding(JSON.parse(ban) as StoredBan, now) &&
      (await banLift(hub.redis, { bans }, { symbol, ban }))
    )
      dropped.push(symbol)
  return dropped
}

/**
 * Lifts a ban by hand, and forgets what was lost before for what it banned, or the next look would set it again. Gives the
 * ban, undefined where there was none; one by the venue's listing is given and stays.
 */
export async function liftBan(
  hub: Hub,
  { venue, account }: AccountOf,
  symbol: string,
  now: number,
): Promise<StoredBan | undefined> {
  const bans = hub.keys.bans(venue, account)
  const text = await hub.redis.hget(bans, symbol)
  if (text === null) return undefined
  const ban = JSON.parse(text) as StoredBan
  if (ban.by === 'listing') return ban
  await hub.redis.hset(hub.keys.forgiven(venue, account), symbol, Math.floor(now))
  await banLift(hub.redis, { bans }, { symbol, ban: text })
  return ban
}

/** Symbol or ALL -> venue time at which its ban was lifted by hand. */
export async function readForgiven(hub: Hub, { venue, account }: AccountOf): Promise<Map<string, number>> {
  const texts = await hub.redis.hgetall(hub.keys.forgiven(venue, account))
  return new Map(Object.entries(texts).map(([symbol, time]) => [symbol, Number(time)]))
}
