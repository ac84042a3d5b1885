import { banLift } from '../../lua/ban-lift.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Instrument } from '../model/instrument.ts'

/** Why a symbol may not be opened in an account. */
export interface Ban {
  readonly reason: string
  /** who says so, and alone takes it back: `listing` for what the venue's listing tells */
  readonly by: string
  /** venue time */
  readonly since: number
  /** venue time of a deadline that is known: when the venue will settle it; undefined: until it is lifted */
  readonly until: number | undefined
}

const by = 'listing'
const dayMs = 24 * 3_600_000

/** Market ms before its delivery from which a contract is not opened any more. */
export const closingMs = dayMs

/**
 * Why the venue's listing forbids opening an instrument, and the deadline where there is one; undefined when it does
 * not. A perpetual with a delivery time is one that is being delisted.
 */
export function listingBan(
  instrument: Instrument,
  now: number,
): { reason: string; until: number | undefined } | undefined {
  const { symbol, contract, status, deliveryTime: until } = instrument
  if (status === 'settling') return { reason: `${symbol} is being settled`, until }
  if (status === 'delisted') return { reason: `${symbol} is not listed any more`, until }
  if (until === undefined) return undefined
  if (contract === 'perpetual') return { reason: `${symbol} will be delisted`, until }
  return until - now < closingMs ? { reason: `${symbol} is about to be delivered`, until } : undefined
}

/** The bans of an account by symbol; `ALL` is every symbol. */
export async function readBans(hub: Hub, { venue, account }: AccountOf): Promise<Map<string, Ban>> {
  const texts = await hub.redis.hgetall(hub.keys.bans(venue, account))
  return new Map(Object.entries(texts).map(([symbol, text]) => [symbol, JSON.parse(text) as Ban]))
}

/**
 * Makes the bans of an account those that the listing tells, `now` being venue time. A ban of somebody else's on the same
 * symbol stays as it is. Gives what was added and lifted.
 */
export async function keepListingBans(
  hub: Hub,
  { venue, account }: AccountOf,
  instruments: Iterable<Instrument>,
  now: number,
): Promise<{ added: string[]; lifted: string[] }> {
  const bans = hub.keys.bans(venue, account)
  const texts = await hub.redis.hgetall(bans)
  const [added, lifted]: [string[], string[]] = [[], []]
  for (const instrument of instruments) {
    const { symbol } = instrument
    const text = texts[symbol]
    const standing = text === undefined ? undefined : (JSON.parse(text) as Ban)
    const wanted = listingBan(instrument, now)
    if (wanted === undefined) {
      if (text === undefined || standing?.by !== by) continue
      if (await banLift(hub.redis, { bans }, { symbol, ban: text })) lifted.push(symbol)
      continue
    }
    if (standing?.reason === wanted.reason && standing.until === wanted.until) continue
    if (standing !== undefined && standing.by !== by) continue
    const ban: Ban = { ...wanted, by, since: standing?.since ?? Math.trunc(now) }
    if (text !== undefined && !(await banLift(hub.redis, { bans }, { symbol, ban: text }))) continue
    if ((await hub.redis.hsetnx(bans, symbol, JSON.stringify(ban))) === 1 && text === undefined)
      added.push(symbol)
  }
  return { added, lifted }
}
