import type { Hub } from '../hub/hub.ts'
import type { AccountOf } from '../model/account-of.ts'

/**
 * Says that an account has to do with these symbols, by a position or by an order, for `keepMs` real ms at least: so
 * long they stay followed without another word.
 */
export async function noteHeld(
  hub: Hub,
  { venue, account }: AccountOf,
  symbols: Iterable<string>,
  keepMs: number,
): Promise<void> {
  const now = Date.now()
  const key = hub.keys.held(venue, account)
  const noted = [...new Set(symbols)].flatMap((symbol) => [now + keepMs, symbol])
  await Promise.all([
    hub.redis.sadd(hub.keys.accounts(venue), account),
    hub.redis.zremrangebyscore(key, '-inf', now),
    noted.length === 0 ? 0 : hub.redis.zadd(key, 'GT', ...noted),
  ])
}

/** The accounts of a venue that have told of themselves. */
export async function readAccounts(hub: Hub, venue: string): Promise<string[]> {
  return (await hub.redis.smembers(hub.keys.accounts(venue))).toSorted()
}

/** The symbols in which an account has a position: any account of the venue, or one of these. */
export async function readPositionSymbols(
  hub: Hub,
  venue: string,
  of?: readonly string[],
): Promise<Set<string>> {
  const accounts = of ?? (await readAccounts(hub, venue))
  const all = await Promise.all(
    accounts.map((account) => hub.redis.hgetall(hub.keys.positions(venue, account))),
  )
  return new Set(all.flatMap((positions) => [...openSymbols(positions)]))
}

/**
 * The symbols that an account has to do with, by a position or by an order: any account of the venue, or one of these.
 */
export async function readHeldSymbols(hub: Hub, venue: string, of?: readonly string[]): Promise<Set<string>> {
  const now = Date.now()
  const accounts = of ?? (await readAccounts(hub, venue))
  const [open, ...noted] = await Promise.all([
    readPositionSymbols(hub, venue, accounts),
    ...accounts.map((account) => hub.redis.zrangebyscore(hub.keys.held(venue, account), now, '+inf')),
  ])
  return new Set([...open, ...noted.flat()])
}

/** The symbols of the stored positions, `SYMBOL/side` -> JSON, that are open. */
export function openSymbols(positions: Readonly<Record<string, string>>): Set<string> {
  const open = Object.entries(positions).filter(([, text]) => isOpen(text))
  return new Set(open.map(([place]) => place.slice(0, place.lastIndexOf('/'))))
}

function isOpen(text: string): boolean {
  const { size } = JSON.parse(text) as { size?: string | number }
  return size !== undefined && Number(size) !== 0
}
