import { banLift } from '../../lua/ban-lift.ts'
import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'
import type { Instrument } from '../model/instrument.ts'

/** Why a symbol, or with ALL every one, may not be opened in an account. */
export interface StoredBan {
  readonly reason: string
  /** venue time */
  readonly since: number
  /** venue time at which it ends by itself; null: it does not */
  readonly until: number | null
  /** who says so, and alone takes it back: `listing` for what the venue's listing tells; absent: somebody else */
  readonly by?: string
  /** venue time at which the venue settles the symbol; absent: that is not known, or does not come */
  readonly deadline?: number
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
): { reason: string; deadline: number | undefined } | undefined {
  const { symbol, contract, status, deliveryTime: deadline } = instrument
  if (status === 'settling') return { reason: `${symbol} is being settled`, deadline }
  if (status === 'delisted') return { reason: `${symbol} is not listed any more`, deadline }
  if (deadline === undefined) return undefined
  if (contract === 'perpetual') return { reason: `${symbol} will be delisted`, deadline }
  return deadline - now < closingMs ? { reason: `${symbol} is about to be delivered`, deadline } : undefined
}

/** Whether a ban holds at `now`, venue time. */
export function isStanding({ until }: StoredBan, now: number): boolean {
  return until === null || now < until
}

/** The bans of an account by symbol; `ALL` is every symbol. */
export async function readBans(hub: Hub, { venue, account }: AccountOf): Promise<Map<string, StoredBan>> {
  const texts = await hub.redis.hgetall(hub.keys.bans(venue, account))
  return new Map(Object.entries(texts).map(([symbol, text]) => [symbol, JSON.parse(text) as StoredBan]))
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
    const standing = text === undefined ? undefined : (JSON.parse(text) as StoredBan)
    const wanted = listingBan(instrument, now)
    if (wanted === undefined) {
      if (text === undefined || standing?.by !== by) continue
      if (await banLift(hub.redis, { bans }, { symbol, ban: text })) lifted.push(symbol)
      continue
    }
    if (standing?.reason === wanted.reason && standing.deadline === wanted.deadline) continue
    if (standing !== undefined && standing.by !== by) continue
    const { reason, deadline } = wanted
    const since = standing?.since ?? Math.trunc(now)
    const ban: StoredBan = { reason, since, until: null, by, ...(deadline === undefined ? {} : { deadline }) }
    if (text !== undefined && !(await banLift(hub.redis, { bans }, { symbol, ban: text }))) continue
    if ((await hub.redis.hsetnx(bans, symbol, JSON.stringify(ban))) === 1 && text === undefined)
      added.push(symbol)
  }
  return { added, lifted }
}
